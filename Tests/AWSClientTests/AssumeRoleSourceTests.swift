import EventLoop
import SigV4
import Testing

@testable import AWSClient

/// Each role that STS is asked for gets keys that name it, so that the next request tells who signed it.
struct AssumeRoleSourceTests {
  private static let arn = "arn:aws:iam::123456789012:role/"

  /// A source that has keys of this name, or none.
  private struct Stub: CredentialsSource {
    let name = "stub"
    let key: String?

    func resolve(
      with tools: CredentialsTools
    ) async throws(CredentialsError) -> ResolvedCredentials? {
      key.map {
        ResolvedCredentials(Credentials(accessKeyID: $0, secretAccessKey: "s"), origin: name)
      }
    }
  }

  private static func source(
    _ config: String, home: TestHome, sts url: String, profile: String = "a",
    named: @escaping @Sendable (RoleChain.NamedSource) -> String? = { $0.rawValue }
  ) throws -> AssumeRoleSource {
    home.write(".aws/config", config)
    let files = home.files(["AWS_PROFILE": profile])
    return AssumeRoleSource(
      profile: profile, files: files, sts: try STSClient(at: url),
      named: { Stub(key: named($0)) },
      ofProfile: { SharedOrConfig(profile: $0, files: files) })
  }

  /// The sources of a profile, as far as these tests need them.
  private struct SharedOrConfig: CredentialsSource {
    let name = "profile"
    let profile: String
    let files: ProfileFiles

    func resolve(
      with tools: CredentialsTools
    ) async throws(CredentialsError) -> ResolvedCredentials? {
      try await CredentialsChain([
        SharedCredentialsFileSource(profile: profile, files: files),
        ConfigFileSource(profile: profile, files: files),
      ]).resolve(with: tools)
    }
  }

  /// What the source gives, with the requests that STS got.
  private func resolve(
    _ config: String, credentials: String? = nil, log: Log = Log(), profile: String = "a",
    named: @escaping @Sendable (RoleChain.NamedSource) -> String? = { $0.rawValue }
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    let home = TestHome()
    if let credentials { home.write(".aws/credentials", credentials) }
    let answer: @Sendable (Received) -> Script = { request in
      let role = request.parameter("RoleArn")?.split(separator: "F").last ?? "?"
      return STSAnswers.assumedRole(key: "KEY-\(role)")
    }
    return try await withTools(log: log, answering: answer) { tools, url in
      try await Self.source(config, home: home, sts: url, profile: profile, named: named)
        .outcome(with: tools)
    }
  }

  /// Who signed a request.
  private func signer(_ request: Received) -> String? {
    request.field("Authorization").flatMap { field in
      field.split(separator: "=").dropFirst().first?.split(separator: "/").first.map(String.init)
    }
  }

  // MARK: What is configured

  @Test(arguments: [
    "[profile a]\nregion = x", "[profile b]\nrole_arn = \(arn)b\n[profile a]\n",
    "[profile a]\nrole_arn = \(arn)b\nweb_identity_token_file = /t",
  ])
  func `Without a role of its own a profile is another source's`(config: String) async throws {
    #expect(try await resolve(config).get() == nil)
  }

  @Test func `The keys of a source profile assume the role`() async throws {
    let log = Log()
    let resolved = try await resolve(
      "[profile a]\nrole_arn = \(Self.arn)demo\nsource_profile = b\n[profile b]\nregion = x",
      credentials: "[b]\naws_access_key_id = AKB\naws_secret_access_key = s", log: log
    ).get()
    #expect(resolved?.credentials.accessKeyID == "KEY-demo")
    #expect(resolved?.expiration == testMoment + 3600)
    #expect(resolved?.accountID == "123456789012")
    #expect(resolved?.origin == "assume-role (\(Self.arn)demo, profile a)")
    let request = try #require(log.all.first)
    #expect(signer(request) == "AKB")
    // Issue: CloudTrail says who it was.
    #expect(request.parameter("RoleSessionName") == "athena-gateway-\(testMoment)")
    #expect(request.parameter("ExternalId") == nil)
    #expect(request.parameter("DurationSeconds") == nil)
  }

  @Test func `A role's settings are sent`() async throws {
    let log = Log()
    _ = try await resolve(
      """
      [profile a]
      role_arn = \(Self.arn)demo
      credential_source = Environment
      role_session_name = me
      external_id = ext:1
      duration_seconds = 900
      """, log: log
    ).get()
    let request = try #require(log.all.first)
    #expect(request.parameter("RoleSessionName") == "me")
    #expect(request.parameter("ExternalId") == "ext%3A1")
    #expect(request.parameter("DurationSeconds") == "900")
  }

  @Test(arguments: ["Environment", "Ec2InstanceMetadata", "EcsContainer"])
  func `The credentials of a credential_source assume the role`(name: String) async throws {
    let log = Log()
    _ = try await resolve(
      "[profile a]\nrole_arn = \(Self.arn)demo\ncredential_source = \(name)", log: log
    ).get()
    #expect(log.all.first.flatMap(signer) == name)
  }

  @Test func `Roles are assumed one after the other, the profile's own last`() async throws {
    let log = Log()
    let resolved = try await resolve(
      """
      [profile a]
      role_arn = \(Self.arn)third
      source_profile = b
      [profile b]
      role_arn = \(Self.arn)second
      source_profile = c
      [profile c]
      role_arn = \(Self.arn)first
      credential_source = Environment
      """, log: log
    ).get()
    #expect(log.all.map(signer) == ["Environment", "KEY-first", "KEY-second"])
    #expect(resolved?.credentials.accessKeyID == "KEY-third")
    #expect(resolved?.origin == "assume-role (\(Self.arn)third, profile a)")
  }

  @Test func `A profile may name itself, for the keys beside its role`() async throws {
    let log = Log()
    _ = try await resolve(
      "[profile a]\nrole_arn = \(Self.arn)demo\nsource_profile = a",
      credentials: "[a]\naws_access_key_id = AKA\naws_secret_access_key = s", log: log
    ).get()
    #expect(log.all.map(signer) == ["AKA"])
  }

  @Test func `The keys of a source profile go before its role`() async throws {
    let log = Log()
    _ = try await resolve(
      """
      [profile a]
      role_arn = \(Self.arn)demo
      source_profile = b
      [profile b]
      role_arn = \(Self.arn)other
      source_profile = a
      """,
      credentials: "[b]\naws_access_key_id = AKB\naws_secret_access_key = s", log: log
    ).get()
    #expect(log.all.map(signer) == ["AKB"])
  }

  /// botocore's `int()` fails, and it goes on without.
  @Test func `A duration that is no number is passed over`() async throws {
    let log = Log()
    _ = try await resolve(
      """
      [profile a]
      role_arn = \(Self.arn)demo
      credential_source = Environment
      duration_seconds = 1h
      """, log: log
    ).get()
    #expect(log.all.first?.parameter("DurationSeconds") == nil)
  }

  @Test func `An empty session name is none, and a path may have any visible character`()
    async throws
  {
    let log = Log()
    _ = try await resolve(
      """
      [profile a]
      role_arn = \(Self.arn)a!b~/demo
      credential_source = Environment
      role_session_name =
      """, log: log
    ).get()
    #expect(log.all.first?.parameter("RoleSessionName") == "athena-gateway-\(testMoment)")
  }

  // MARK: What is wrong

  private static let role = "[profile a]\nrole_arn = \(arn)demo\n"
  private static let sourced = role + "credential_source = Environment\n"

  private static let broken: [(String, String)] = [
    (role, "neither source_profile nor credential_source"),
    ("\(role)source_profile = b\ncredential_source = Environment", "remove one"),
    ("\(role)source_profile = b", "'b' is in neither file"),
    ("\(role)source_profile = a", "leads back"),
    ("\(role)source_profile = b\n\(other("b"))source_profile = a", "leads back"),
    (
      "\(role)source_profile = b\n\(other("b"))source_profile = c\n\(other("c"))source_profile = b",
      "the profile c"
    ),
    ("\(role)source_profile = b\n[profile b]\nregion = x", "the profile b"),
    ("\(role)source_profile = b\n[profile b]\naws_access_key_id = x", "no aws_secret_access_key"),
    ("\(role)credential_source = environment", "Environment, Ec2InstanceMetadata, EcsContainer"),
    ("\(role)credential_source = SharedConfig", "and is 'SharedConfig'"),
    ("\(sourced)mfa_serial = arn:aws:iam::1:mfa/me", "mfa_serial"),
    (
      "\(role)source_profile = b\n\(other("b"))credential_source = Environment\nmfa_serial = x",
      "the profile b"
    ),
    ("\(sourced)role_session_name = x", "role_session_name must have 2 to 64 characters"),
    ("\(sourced)role_session_name = \(String(repeating: "x", count: 65))", "2 to 64"),
    ("\(sourced)role_session_name = a b", "role_session_name may have ASCII letters"),
    ("\(sourced)role_session_name = é²", "role_session_name may have ASCII letters"),
    ("\(sourced)external_id = x", "external_id must have 2 to 1224 characters"),
    ("\(sourced)external_id = a b", "external_id may have ASCII letters"),
    ("[profile a]\nrole_arn = \(arn)a b\ncredential_source = Environment", "role_arn may have"),
    ("\(sourced)duration_seconds = 899", "duration_seconds must be from 900 to 43200"),
    ("\(sourced)duration_seconds = 43201", "and is 43201"),
    ("[profile a]\nrole_arn = arn:aws:iam::1\ncredential_source = Environment", "role_arn"),
    ("[profile a]\nrole_arn =\n  x = y\ncredential_source = Environment", "role_arn must have 20"),
    ("[profile a]\nrole_arn =\ncredential_source = Environment", "role_arn must have 20"),
    ("[profile a]\nrole_arn", "line 2"), ("[profile b]\n", "profile a"),
  ]

  private static func other(_ profile: String) -> String {
    "[profile \(profile)]\nrole_arn = \(arn)\(profile)\n"
  }

  @Test(arguments: broken)
  func `A role that can't be assumed is an error that says why`(
    config: String, words: String
  ) async throws {
    let log = Log()
    let outcome = try await resolve(config, log: log)
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.description.contains(words), "\(error)")
    #expect(error.description.contains("/.aws/config"), "\(error)")
    #expect(log.all.isEmpty)
  }

  @Test func `A credential_source without credentials is an error`() async throws {
    let outcome = try await resolve(
      "[profile a]\nrole_arn = \(Self.arn)demo\ncredential_source = EcsContainer",
      named: { _ in nil })
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.source == "assume-role")
    #expect(error.reason.contains("its credential_source EcsContainer has no credentials"))
  }

  @Test func `What STS refuses names the role, the profile and the code`() async throws {
    let home = TestHome()
    let answer = STSAnswers.error("AccessDenied", "User is not\nauthorized\u{85}", status: 403)
    let outcome = try await withTools(answering: always(answer)) { tools, url in
      try await Self.source(Self.sourced, home: home, sts: url).outcome(with: tools)
    }
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("the profile a"))
    #expect(error.reason.contains("\(Self.arn)demo can't be assumed"))
    #expect(error.reason.contains("answers AccessDenied: User is not"))
    #expect(!error.reason.hasControlCharacter)
  }
}
