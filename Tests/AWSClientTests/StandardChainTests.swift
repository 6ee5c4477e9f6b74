import SigV4
import Testing

@testable import AWSClient

/// What is asked, and in which order: each row is what botocore 1.44.5 does with the same variables and
/// files.
struct StandardChainTests {
  private static let environment = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"]
  private static let process =
    #"credential_process = /bin/echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}'"#

  private static func keys(_ id: String) -> String {
    "aws_access_key_id = \(id)\naws_secret_access_key = secret\n"
  }

  private let home = TestHome()

  private func outcome(
    _ variables: [String: String] = [:], profile: String? = nil, config: String = "",
    credentials: String = ""
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    home.write(".aws/config", config)
    home.write(".aws/credentials", credentials)
    let variables = variables.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
    let (environment, files) = (
      home.environment(variables), home.files(variables, profile: profile)
    )
    return try await withTools { tools, url in
      let chain = try CredentialsChain.standard(
        environment: environment, files: files, region: Region("eu-west-1")!,
        endpoints: .all(at: url))
      return await chain.outcome(with: tools)
    }
  }

  @Test func `Its sources are botocore's`() throws {
    let endpoints = try Endpoints.all(at: "http://127.0.0.1")
    func names(profile: String?) throws -> String {
      try CredentialsChain.standard(
        environment: home.environment(), files: home.files(profile: profile),
        region: Region("eu-west-1")!, endpoints: endpoints
      ).name
    }
    let ofProfile = """
      assume-role, assume-role-with-web-identity, sso, shared-credentials-file, login, \
      custom-process, config-file, container-role, iam-role
      """
    #expect(try names(profile: nil) == "profile, env, \(ofProfile)")
    #expect(try names(profile: "default") == "profile, \(ofProfile)")
  }

  @Test func `With nothing set there are none`() async throws {
    #expect(try await outcome().get() == nil)
  }

  @Test func `The first source that is configured decides`() async throws {
    let config = "[default]\n" + Self.keys("CONFIG")
    let both = config + Self.process
    let credentials = "[default]\n" + Self.keys("FILE")
    let outcomes = [
      try await outcome(config: config),
      try await outcome(config: both),
      try await outcome(config: both, credentials: credentials),
      try await outcome(Self.environment, config: both, credentials: credentials),
    ]
    let origins = try outcomes.map { try $0.get()?.origin }
    #expect(
      origins == [
        "config-file (profile default)", "custom-process (profile default)",
        "shared-credentials-file (profile default)", "env",
      ])
  }

  @Test func `A flag's profile outranks the environment's keys, a variable's does not`()
    async throws
  {
    let credentials = "[default]\n" + Self.keys("FILE") + "[p]\n" + Self.keys("P")
    func key(_ variables: [String: String], profile: String? = nil) async throws -> String? {
      try await outcome(
        variables.merging(Self.environment) { $1 }, profile: profile, credentials: credentials
      ).get()?.credentials.accessKeyID
    }
    #expect(try await key([:]) == "ENV")
    #expect(try await key(["AWS_PROFILE": "p"]) == "ENV")
    #expect(try await key([:], profile: "p") == "P")
    #expect(try await key(["AWS_PROFILE": "p"], profile: "default") == "FILE")
  }

  @Test func `A source_profile's sources are its own, without the environment`() async throws {
    // The role can't be assumed here, which is told after its source was found.
    let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p\n"
    let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent", "AWS_ROLE_ARN": "x"]
    let found = try await outcome(web, config: config + "[profile p]\n" + Self.process)
    let error = try #require(throws: CredentialsError.self) { try found.get() }
    #expect(error.source == "assume-role")
    #expect(error.reason.contains("can't be assumed"))
    let missing = try await outcome(web, config: config + "[profile p]\nregion = x\n")
    let other = try #require(throws: CredentialsError.self) { try missing.get() }
    #expect(other.source == "assume-role")
    #expect(!other.reason.contains("can't be assumed"))
  }

  /// Those of a source further on would be another identity's.
  @Test(arguments: [
    ("role_arn = arn:aws:iam::123456789012:role/r", "assume-role"),
    (
      "role_arn = arn:aws:iam::123456789012:role/r\nmfa_serial = m\ncredential_source = Environment",
      "assume-role"
    ),
    ("web_identity_token_file = /nonexistent\nrole_arn = r", "assume-role-with-web-identity"),
    ("sso_session = s\nsso_role_name = r\nsso_account_id = 1", "sso"),
    ("login_session = l", "login"),
    ("credential_process = /bin/false", "custom-process"),
    ("aws_access_key_id = A", "config-file"),
  ])
  func `A source that is configured and broken ends the chain`(
    setting: String, source: String
  ) async throws {
    let outcome = try await outcome(
      ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"],
      config: "[default]\n\(setting)\n")
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.source == source)
  }

  @Test(arguments: [
    (["AWS_PROFILE": "none"], "", "the profile none is neither in "),
    ([:], "[default\n", "/.aws/config, line 1: "),
  ])
  func `A profile or file that can't be used is told before the environment is asked`(
    variables: [String: String], config: String, reason: String
  ) async throws {
    let outcome = try await outcome(
      variables.merging(Self.environment) { $1 }, config: config)
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.source == "profile")
    #expect(error.reason.contains(reason))
  }

  @Test func `A change of a file is another edition of the chain`() throws {
    let files = home.files()
    let chain = try CredentialsChain.standard(
      environment: home.environment(), files: files, region: Region("eu-west-1")!,
      endpoints: .all(at: "http://127.0.0.1"))
    let before = chain.edition
    files.look(at: 1)
    #expect(chain.edition == before)
    home.write(".aws/credentials", "[default]\n" + Self.keys("FILE"))
    for second in 2...4 { files.look(at: second) }
    #expect(chain.edition != before)
  }
}
