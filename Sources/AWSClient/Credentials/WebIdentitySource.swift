import EventLoop
import Files

/// A role that is assumed with a token from a file, as EKS gives one to its pods (IRSA).
struct WebIdentitySource: CredentialsSource {
  /// STS takes tokens of 4 to 20,000 characters.
  private static let longestToken = 20_000

  let name = "assume-role-with-web-identity"
  let profile: String
  let files: ProfileFiles
  /// Whose `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME` go before the
  /// profile's settings, each by itself; nil where they mean nothing: for a `source_profile`, and where a
  /// flag names the profile.
  let environment: AWSEnvironment?
  let sts: STSClient

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let settings = try files.profiles(for: name)[profile] ?? Settings()
    func setting(_ name: String, _ variable: String) -> String? {
      environment?[variable] ?? settings[name]
    }
    guard let path = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE"),
      !path.isEmpty
    else { return nil }
    guard let arn = setting("role_arn", "AWS_ROLE_ARN"), !arn.isEmpty else {
      throw failure(
        """
        there is a token file, \(path), and no role: set AWS_ROLE_ARN, \
        or role_arn in the profile \(profile)
        """)
    }
    let role: RoleSettings
    do throws(RoleSettings.Problem) {
      role = try RoleSettings(
        arn: arn, sessionName: setting("role_session_name", "AWS_ROLE_SESSION_NAME"))
    } catch {
      throw failure(
        """
        \(error.reason) (AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, \
        or the profile \(profile))
        """)
    }
    return try await assume(role, token: try await token(path, on: tools.loop), with: tools)
  }

  private func assume(
    _ role: RoleSettings, token: String, with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials {
    do throws(AWSError) {
      let assumed = try await sts.assumeRole(
        role.role(at: tools.clock()), webIdentityToken: token, with: tools)
      return ResolvedCredentials(assumed, origin: "\(name) (\(role.arn))")
    } catch {
      throw failure(
        "\(role.arn) can't be assumed: \(error.explanation(of: "STS", at: sts.endpoint))")
    }
  }

  /// Read each time: EKS puts a new token into the file long before the old one's end.
  private func token(
    _ path: String, on loop: EventLoop
  ) async throws(CredentialsError) -> String {
    let file: LocalFile
    do throws(LocalFile.Failure) {
      file = try await LocalFile.read(path, limit: Self.longestToken, on: loop)
    } catch {
      throw failure("the token file \(path) \(error.reason)")
    }
    // A line's end is no part of a token; editors and `echo` leave one.
    let end = file.bytes.lastIndex { $0 > 0x20 }
    let bytes = end.map { file.bytes[...$0] } ?? []
    guard !bytes.isEmpty else { throw failure("the token file \(path) is empty") }
    guard bytes.count >= 4, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw failure("the token file \(path) has something else in it than a token")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func failure(_ reason: String) -> CredentialsError {
    CredentialsError(source: name, reason)
  }
}
