import SigV4
import Testing

@testable import AWSClient

/// The keys of a profile, in the credentials file and in the config file.
struct StaticKeysTests {
  private static let keys = "aws_access_key_id = AKID\naws_secret_access_key = secret\n"

  private let home = TestHome()

  private func resolve(
    config: String? = nil, credentials: String? = nil, profile: String = "default",
    from source: (String, ProfileFiles) -> any CredentialsSource
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    if let config { home.write(".aws/config", config) }
    if let credentials { home.write(".aws/credentials", credentials) }
    let source = source(profile, home.files())
    return try await withTools { tools, _ in await source.outcome(with: tools) }
  }

  private func ofCredentialsFile(
    _ content: String, profile: String = "default"
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    try await resolve(credentials: content, profile: profile) {
      SharedCredentialsFileSource(profile: $0, files: $1)
    }
  }

  private func ofConfigFile(
    _ content: String, profile: String = "default"
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    try await resolve(config: content, profile: profile) {
      ConfigFileSource(profile: $0, files: $1)
    }
  }

  @Test func `A profile's keys are taken with their token and account`() async throws {
    let content = Self.keys + "aws_session_token = t\naws_account_id = 123456789012\n"
    let fromCredentials = try await ofCredentialsFile("[dev]\n" + content, profile: "dev").get()
    #expect(
      fromCredentials
        == ResolvedCredentials(
          Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "t"),
          accountID: "123456789012", origin: "shared-credentials-file (profile dev)"))
    let fromConfig = try await ofConfigFile("[profile dev]\n" + content, profile: "dev").get()
    #expect(fromConfig?.credentials == fromCredentials?.credentials)
    #expect(fromConfig?.origin == "config-file (profile dev)")
  }

  /// As botocore has it: the older name first, and an empty token is sent as none.
  @Test(arguments: [
    ("", nil),
    ("aws_session_token = t", "t"),
    ("aws_security_token = u", "u"),
    ("aws_session_token = t\naws_security_token = u", "u"),
    ("aws_session_token = t\naws_security_token =", nil),
    ("aws_session_token =", nil),
  ])
  func `A token has two names`(lines: String, token: String?) async throws {
    let resolved = try await ofCredentialsFile("[default]\n" + Self.keys + lines).get()
    #expect(resolved?.credentials.sessionToken == token)
    #expect(resolved != nil)
  }

  @Test(arguments: [
    nil, "", "[other]\n" + keys, "[default]\nregion = eu-west-1\n",
    "[default]\naws_secret_access_key = secret\naws_session_token = t\n",
  ])
  func `A profile without a key has none`(content: String?) async throws {
    #expect(try await ofCredentialsFile(content ?? "").get() == nil)
    #expect(try await ofConfigFile(content ?? "").get() == nil)
  }

  @Test func `Neither file is asked for the other's`() async throws {
    let resolved = try await resolve(config: "[default]\n" + Self.keys) {
      SharedCredentialsFileSource(profile: $0, files: $1)
    }
    #expect(try resolved.get() == nil)
    let other = try await resolve(config: "", credentials: "[default]\n" + Self.keys) {
      ConfigFileSource(profile: $0, files: $1)
    }
    #expect(try other.get() == nil)
  }

  @Test(arguments: [
    ("aws_access_key_id = AKID", "has aws_access_key_id but no aws_secret_access_key"),
    ("aws_access_key_id =\naws_secret_access_key = S3CR3T", "has an empty aws_access_key_id or"),
    ("aws_access_key_id = AKID\naws_secret_access_key =", "has an empty aws_access_key_id or"),
    ("aws_access_key_id = A\n  KID\naws_secret_access_key = S3CR3T", "in aws_access_key_id"),
    ("aws_access_key_id = A\naws_secret_access_key = S3C\n  R3T", "in aws_secret_access_key"),
    (keys + "aws_session_token = S3\n  CR3T", "in aws_session_token"),
    (keys + "aws_security_token = S3\u{7}CR3T", "in aws_security_token"),
  ])
  func `Keys that can't be used are told by profile, file and setting`(
    lines: String, reason: String
  ) async throws {
    let outcome = try await ofCredentialsFile("[default]\n" + lines)
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.source == "shared-credentials-file")
    #expect(error.reason.hasPrefix("the profile default in \(home.path)/.aws/credentials "))
    #expect(error.reason.contains(reason))
    #expect(!error.reason.replacing(home.path, with: "").contains("S3"))
  }

  @Test func `A file that is broken is an error of whoever asks it`() async throws {
    let outcome = try await ofCredentialsFile("[default\n")
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.source == "shared-credentials-file")
    #expect(error.reason.contains("/.aws/credentials, line 1: "))
  }

  @Test(arguments: ["login_session = arn:aws:x", "login_session ="])
  func `A login session is refused by name`(line: String) async throws {
    let outcome = try await resolve(config: "[default]\n\(line)\n") {
      LoginSource(profile: $0, files: $1)
    }
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.description.hasPrefix("login: the profile default has a login_session, which"))
    let other = try await resolve(profile: "other") { LoginSource(profile: $0, files: $1) }
    #expect(try other.get() == nil)
  }
}
