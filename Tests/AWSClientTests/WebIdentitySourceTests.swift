import SigV4
import Testing

@testable import AWSClient

struct WebIdentitySourceTests {
  private static let arn = "arn:aws:iam::123456789012:role/"

  private func resolve(
    _ variables: [String: String] = [:], config: String = "", home: TestHome = TestHome(),
    log: Log = Log(), asksEnvironment: Bool = true,
    answer: Script = STSAnswers.assumedRole("AssumeRoleWithWebIdentity")
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    home.write(".aws/config", config)
    let variables = variables.mapValues { $0.replacing("HOME", with: home.path) }
    return try await withTools(log: log, answering: always(answer)) { tools, url in
      let source = WebIdentitySource(
        profile: "default", files: home.files(variables),
        environment: asksEnvironment ? home.environment(variables) : nil,
        sts: try STSClient(at: url))
      return await source.outcome(with: tools)
    }
  }

  private static let variables = [
    "AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token", "AWS_ROLE_ARN": "\(arn)pod",
    "AWS_ROLE_SESSION_NAME": "pod-1",
  ]

  private static func homeWithToken(_ token: String = "a.b.c") -> TestHome {
    let home = TestHome()
    home.write("token", token)
    return home
  }

  @Test func `A pod's variables are enough`() async throws {
    let log = Log()
    let resolved = try await resolve(Self.variables, home: Self.homeWithToken(), log: log).get()
    #expect(resolved?.credentials.accessKeyID == "ASIAROLE")
    #expect(resolved?.expiration == testMoment + 3600)
    #expect(resolved?.accountID == "123456789012")
    #expect(resolved?.origin == "assume-role-with-web-identity (\(Self.arn)pod)")
    let request = try #require(log.all.first)
    #expect(request.parameter("WebIdentityToken") == "a.b.c")
    #expect(request.parameter("RoleArn")?.hasSuffix("role%2Fpod") == true)
    #expect(request.parameter("RoleSessionName") == "pod-1")
    #expect(request.field("Authorization") == nil)
  }

  @Test func `A session without a name says what it is`() async throws {
    let log = Log()
    var variables = Self.variables
    variables["AWS_ROLE_SESSION_NAME"] = ""
    _ = try await resolve(variables, home: Self.homeWithToken(), log: log).get()
    #expect(log.all.first?.parameter("RoleSessionName") == "athena-gateway-\(testMoment)")
  }

  private static func profile(_ home: TestHome) -> String {
    """
    [default]
    web_identity_token_file = \(home.path)/token
    role_arn = \(arn)profile
    role_session_name = of-profile
    """
  }

  @Test func `A profile's settings do as well`() async throws {
    let log = Log()
    let home = Self.homeWithToken()
    _ = try await resolve(config: Self.profile(home), home: home, log: log).get()
    #expect(log.all.first?.parameter("RoleSessionName") == "of-profile")
  }

  @Test func `Each variable goes before the setting of its kind`() async throws {
    let log = Log()
    let home = Self.homeWithToken()
    _ = try await resolve(
      ["AWS_ROLE_ARN": "\(Self.arn)variable"], config: Self.profile(home), home: home, log: log
    ).get()
    let request = try #require(log.all.first)
    #expect(request.parameter("RoleArn")?.hasSuffix("variable") == true)
    #expect(request.parameter("RoleSessionName") == "of-profile")
  }

  @Test func `Where the variables mean nothing they are not asked`() async throws {
    let resolved = try await resolve(
      Self.variables, home: Self.homeWithToken(), asksEnvironment: false)
    #expect(try resolved.get() == nil)
  }

  @Test func `Without a token file it is another source's`() async throws {
    #expect(try await resolve(["AWS_ROLE_ARN": "\(Self.arn)pod"]).get() == nil)
    #expect(try await resolve(config: "[default]\nrole_arn = \(Self.arn)x").get() == nil)
  }

  @Test func `The token is read anew each time`() async throws {
    let home = Self.homeWithToken("old.token")
    let log = Log()
    let variables = Self.variables.mapValues { $0.replacing("HOME", with: home.path) }
    let answer = STSAnswers.assumedRole("AssumeRoleWithWebIdentity")
    try await withTools(log: log, answering: always(answer)) { tools, url in
      let source = WebIdentitySource(
        profile: "default", files: home.files(variables),
        environment: home.environment(variables), sts: try STSClient(at: url))
      _ = try await source.resolve(with: tools)
      home.write("token", "new.token\n")
      _ = try await source.resolve(with: tools)
    }
    #expect(log.all.map { $0.parameter("WebIdentityToken") } == ["old.token", "new.token"])
  }

  /// What EKS or a person can leave in the place of a token.
  @Test(arguments: [
    ("", "is empty"), (" \r\n\n", "is empty"), ("abc", "something else"),
    ("a.b c.d", "something else"), ("a.b\nc.d", "something else"), ("a.bé.c", "something else"),
    ("a.b\0c", "something else"), (String(repeating: "x", count: 20_001), "more than 20000 bytes"),
  ])
  func `A file without a token is an error that names it`(
    content: String, words: String
  ) async throws {
    let log = Log()
    let home = Self.homeWithToken(content)
    let outcome = try await resolve(Self.variables, home: home, log: log)
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("the token file \(home.path)/token"))
    #expect(error.reason.contains(words), "\(error)")
    #expect(log.all.isEmpty)
  }

  @Test func `A file of the longest token is taken`() async throws {
    let home = Self.homeWithToken(String(repeating: "x", count: 20_000))
    #expect(try await resolve(Self.variables, home: home).get() != nil)
  }

  @Test func `A file that is not there, and what is none, are errors`() async throws {
    for path in ["HOME/none", "HOME/.aws", "/dev/zero"] {
      var variables = Self.variables
      variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = path
      let outcome = try await resolve(variables)
      guard case .failure(let error) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(error.reason.contains("is not there, or is no file"), "\(error)")
    }
  }

  @Test(arguments: [
    (["AWS_ROLE_ARN": ""], "set AWS_ROLE_ARN"), (["AWS_ROLE_ARN": "arn"], "role_arn must have 20"),
    (["AWS_ROLE_SESSION_NAME": "x"], "2 to 64"),
    (["AWS_ROLE_SESSION_NAME": "a/b"], "ASCII letters"),
  ])
  func `A role that can't be named is an error`(
    changes: [String: String], words: String
  ) async throws {
    let outcome = try await resolve(
      Self.variables.merging(changes) { $1 }, home: Self.homeWithToken())
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.source == "assume-role-with-web-identity")
    #expect(error.reason.contains(words), "\(error)")
  }

  @Test func `What STS refuses names the role and the code, and not the token`() async throws {
    let token = "header.secretpayload.signature"
    let outcome = try await resolve(
      Self.variables, home: Self.homeWithToken(token),
      answer: STSAnswers.error("InvalidIdentityToken", "no: \(token)"))
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("\(Self.arn)pod can't be assumed"))
    #expect(error.reason.contains("InvalidIdentityToken"))
    #expect(!error.reason.contains("secretpayload"))
  }
}
