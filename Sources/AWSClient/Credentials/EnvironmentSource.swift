import CivilTime
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
      expiration: try expiration(), accountID: environment["AWS_ACCOUNT_ID"], origin: name)
  }

  /// Variables of a process don't change: what has ended is an error, and no reason to go on.
  private func expiration() throws(CredentialsError) -> Int? {
    guard let text = environment["AWS_CREDENTIAL_EXPIRATION"] else { return nil }
    guard let seconds = secondsSince1970(rfc3339: text) else {
      throw CredentialsError(
        source: name, "AWS_CREDENTIAL_EXPIRATION is no time as in 2026-11-23T08:15:00Z")
    }
    return seconds
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
