import SigV4

/// Credentials that are known from elsewhere.
struct FixedSource: CredentialsSource {
  let name = "fixed"
  private let credentials: Credentials

  init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    ResolvedCredentials(credentials, origin: name)
  }
}
