public import SigV4

/// Where credentials come from.
public protocol CredentialsProvider: Sendable {
  /// Credentials to sign with now. Throws `noCredentials`.
  func credentials() async throws(AWSError) -> Credentials
}
