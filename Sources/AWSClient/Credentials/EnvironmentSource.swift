import SigV4

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and their companions.
struct EnvironmentSource: CredentialsSource {
  let name = "env"
  private let environment: AWSEnvironment

  init(_ environment: AWSEnvironment) {
    self.environment = environment
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    try read()
  }

  /// What the variables say; nothing has to be asked for it.
  func read() throws(CredentialsError) -> ResolvedCredentials? {
    guard let key = try variable("AWS_ACCESS_KEY_ID") else { return nil }
    guard let secret = try variable("AWS_SECRET_ACCESS_KEY") else {
      throw CredentialsError(
        source: name,
        "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both, or neither")
    }
    // botocore asks the older name first.
    let olderToken = try variable("AWS_SECURITY_TOKEN")
    let token = try variable("AWS_SESSION_TOKEN")
    return ResolvedCredentials(
      Credentials(accessKeyID: key, secretAccessKey: secret, sessionToken: olderToken ?? token),
      accountID: environment["AWS_ACCOUNT_ID"], origin: name)
  }

  private func variable(_ variable: String) throws(CredentialsError) -> String? {
    guard let value = environment[variable] else { return nil }
    guard !value.hasControlCharacter else {
      throw CredentialsError(
        source: name, "\(variable) has a line break or another control character in it")
    }
    return value
  }
}
