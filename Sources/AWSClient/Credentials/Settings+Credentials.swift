import SigV4

extension Settings {
  /// The keys that stand in a profile: `aws_access_key_id`, `aws_secret_access_key`, a token in one of
  /// its two names, and `aws_account_id`.
  ///
  /// - Parameters:
  ///   - source: In whose name a problem is thrown, and whose the credentials are.
  ///   - path: The file, for messages.
  /// - Returns: nil where there is no key.
  func credentials(
    ofProfile profile: String, in path: String, for source: String
  ) throws(CredentialsError) -> ResolvedCredentials? {
    func failure(_ reason: String) -> CredentialsError {
      CredentialsError(source: source, "the profile \(profile) in \(path) \(reason)")
    }
    func value(_ name: String) throws(CredentialsError) -> String? {
      guard let value = self[name] else { return nil }
      guard !value.hasControlCharacter else {
        throw failure("has a line break or another control character in \(name)")
      }
      return value
    }
    guard let key = try value("aws_access_key_id") else { return nil }
    guard let secret = try value("aws_secret_access_key") else {
      throw failure("has aws_access_key_id but no aws_secret_access_key: set both, or neither")
    }
    guard !key.isEmpty, !secret.isEmpty else {
      throw failure("has an empty aws_access_key_id or aws_secret_access_key: set both, or neither")
    }
    // botocore asks the older name first, and sends no empty token.
    let olderToken = try value("aws_security_token")
    let sessionToken = try value("aws_session_token")
    let token = olderToken ?? sessionToken
    return ResolvedCredentials(
      Credentials(
        accessKeyID: key, secretAccessKey: secret, sessionToken: token == "" ? nil : token),
      accountID: self["aws_account_id"], origin: "\(source) (profile \(profile))")
  }
}
