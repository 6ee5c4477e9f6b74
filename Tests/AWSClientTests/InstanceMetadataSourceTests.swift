import HTTPTypes
import SigV4
import Testing

@testable import AWSClient

/// What a metadata service has at its paths.
struct ScriptedInstance: Sendable {
  static let token = "AQAEAtoken=="

  var answers: [String: Script] = [
    "PUT /latest/api/token": Script(content: token),
    "GET /latest/meta-data/iam/security-credentials/": Script(content: "my.role-1"),
    "GET /latest/meta-data/iam/security-credentials/my.role-1": Script(content: credentials()),
    "GET /latest/meta-data/placement/region": Script(content: "eu-west-1"),
  ]

  static func credentials(until end: String = "2025-11-22T14:15:53Z") -> String {
    """
    {"Code": "Success", "LastUpdated": "2025-11-22T08:00:00Z", "Type": "AWS-HMAC", \
    "AccessKeyId": "ASIA2", "SecretAccessKey": "s3cret", "Token": "t0ken", "Expiration": "\(end)"}
    """
  }

  static let list = "GET /latest/meta-data/iam/security-credentials/"
  static let role = list + "my.role-1"
  static let put = "PUT /latest/api/token"

  /// The same but for some answers.
  func with(_ changes: [String: Script]) -> ScriptedInstance {
    ScriptedInstance(answers: answers.merging(changes) { $1 })
  }

  var isSilent: Bool { answers.values.contains { $0.course == .silent } }

  func answer(_ request: Received) -> Script {
    answers["\(request.method) \(request.path)"] ?? Script(status: 404)
  }
}

@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataSourceTests {
  private typealias Instance = ScriptedInstance

  private func resolve(
    _ instance: ScriptedInstance, _ variables: [String: String] = [:], config: String = "",
    log: Log = Log()
  ) async throws -> ResolvedCredentials? {
    try await withTools(log: log, answering: instance.answer) { tools, url in
      let home = TestHome()
      home.write(".aws/config", config)
      let environment = home.environment(
        [
          "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
          // Beyond any delay of a busy machine; where silence is waited for, a shorter one.
          "AWS_METADATA_SERVICE_TIMEOUT": instance.isSilent ? "10" : "30",
        ].merging(variables) { $1 })
      let source = InstanceMetadataSource(
        environment, ProfileFiles(environment: environment), advice: "set something")
      return try await source.resolve(with: tools)
    }
  }

  private func error(
    _ instance: ScriptedInstance, _ variables: [String: String] = [:], log: Log = Log()
  ) async throws -> String {
    let error = await #expect(throws: CredentialsError.self) {
      try await resolve(instance, variables, log: log)
    }
    let text = try #require(error).description
    #expect(text.hasPrefix("iam-role: "))
    for secret in ["s3cret", "t0ken", Instance.token] { #expect(!text.contains(secret)) }
    return text
  }

  @Test func `The instance's role has credentials, for who has a token`() async throws {
    let log = Log()
    #expect(
      try await resolve(Instance(), log: log)
        == ResolvedCredentials(
          Credentials(accessKeyID: "ASIA2", secretAccessKey: "s3cret", sessionToken: "t0ken"),
          expiration: 1_763_820_953, origin: "iam-role, role my.role-1"))
    #expect(
      log.all.map { "\($0.method) \($0.path)" } == [Instance.put, Instance.list, Instance.role])
    #expect(log.all.first?.field("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
    #expect(
      log.all.map { $0.field("x-aws-ec2-metadata-token") } == [nil, Instance.token, Instance.token])
  }

  @Test(arguments: [403, 404, 405, 401, 500, 302])
  func `Who gives no token may know version 1`(status: Int) async throws {
    let log = Log()
    let instance = Instance().with([Instance.put: Script(status: status)])
    #expect(try await resolve(instance, log: log)?.credentials.accessKeyID == "ASIA2")
    #expect(log.all.allSatisfy { $0.field("x-aws-ec2-metadata-token") == nil })
  }

  @Test(arguments: [Script(course: .silent), Script(content: "token", course: .cutOff)])
  func `Where the token's answer is lost version 1 is asked`(script: Script) async throws {
    let instance = Instance().with([Instance.put: script])
    #expect(try await resolve(instance)?.credentials.accessKeyID == "ASIA2")
  }

  @Test func `A refused request for a token is an error`() async throws {
    let instance = Instance().with([Instance.put: Script(status: 400)])
    #expect(try await error(instance).contains("status 400"))
  }

  @Test(arguments: [
    (["AWS_EC2_METADATA_V1_DISABLED": "True"], ""),
    ([:], "[default]\nec2_metadata_v1_disabled = true\n"),
  ])
  func `Version 1 can be disabled, and is asked nothing then`(
    variables: [String: String], config: String
  ) async throws {
    let log = Log()
    let instance = Instance().with([Instance.put: Script(status: 404)])
    let error = await #expect(throws: CredentialsError.self) {
      try await resolve(instance, variables, config: config, log: log)
    }
    #expect(error?.reason.contains("AWS_EC2_METADATA_V1_DISABLED") == true)
    #expect(log.all.count == 1)
    #expect(try await resolve(Instance(), variables, config: config) != nil)
  }

  @Test func `Where tokens are demanded and none comes, the hop limit is named`() async throws {
    let instance = Instance().with([
      Instance.put: Script(status: 404), Instance.list: Script(status: 401),
    ])
    #expect(try await error(instance).contains("hop limit"))
  }

  @Test(arguments: ["true", "TRUE"])
  func `It can be disabled altogether`(value: String) async throws {
    let log = Log()
    #expect(
      try await resolve(Instance(), ["AWS_EC2_METADATA_DISABLED": value], log: log) == nil)
    #expect(log.all.isEmpty)
  }

  @Test func `Where nobody is, that is told, and what else there is to set`() async throws {
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"]
    let text = try await error(Instance(), variables)
    #expect(text.hasPrefix("iam-role: http://127.0.0.1:1 did not answer: "))
    #expect(text.hasSuffix("; set something"))
  }

  @Test(arguments: [
    (Script(status: 404), "has nothing at PATH: it answered with status 404"),
    (Script(status: 403), "has nothing at PATH: it answered with status 403"),
    (Script(content: ""), "has nothing at PATH"),
    (Script(course: .silent), "did not answer within 10 s"),
    (Script(content: "my.role-1", course: .cutOff), "did not answer: "),
  ])
  func `An instance without a role is told with the reason`(
    script: Script, words: String
  ) async throws {
    for path in [Instance.list, Instance.role] {
      let text = try await error(Instance().with([path: script]))
      let below = path.dropFirst("GET /latest/".count)
      #expect(text.contains(words.replacing("PATH", with: below)), "\(text)")
      #expect(text.hasSuffix("; set something"))
    }
  }

  @Test(arguments: [
    Script(status: 500), Script(status: 503), Script(status: 429),
    Script(status: 302, fields: [.location: "/latest/meta-data/placement/region"]),
  ])
  func `What is no answer of the service is an error that names it, and followed nowhere`(
    script: Script
  ) async throws {
    for path in [Instance.list, Instance.role] {
      let log = Log()
      let text = try await error(Instance().with([path: script]), log: log)
      #expect(text.contains("http://127.0.0.1:"))
      #expect(text.contains("status \(script.status)"))
      #expect(!log.all.contains { $0.path.hasSuffix("region") })
    }
  }

  @Test func `It is asked as often as is said`() async throws {
    for (variables, config, count) in [
      ([:], "", 1), (["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"], "", 3),
      ([:], "[default]\nmetadata_service_num_attempts = 2\n", 2),
    ] {
      let log = Log()
      let instance = Instance().with([Instance.list: Script(status: 503)])
      await #expect(throws: CredentialsError.self) {
        try await resolve(instance, variables, config: config, log: log)
      }
      #expect(log.all.filter { $0.path.hasSuffix("/security-credentials/") }.count == count)
    }
  }

  @Test(
    arguments: [
      "../../../evil", "a b", "a\nb", "", "é", String(repeating: "r", count: 65), "a?b", "a#b",
      "my.role-1 ",
    ].filter { !$0.isEmpty })
  func `What is no role's name goes into no path`(name: String) async throws {
    let log = Log()
    let text = try await error(
      Instance().with([Instance.list: Script(content: name)]), log: log)
    #expect(!text.contains(name))
    #expect(log.all.count == 2)
  }

  @Test func `A line break at the end of a line is none of it`() async throws {
    let instance = Instance().with([
      Instance.list: Script(content: "my.role-1\n"),
      Instance.put: Script(content: Instance.token + "\r\n"),
    ])
    let log = Log()
    #expect(try await resolve(instance, log: log) != nil)
    #expect(log.all.last?.field("x-aws-ec2-metadata-token") == Instance.token)
  }

  @Test(arguments: ["a\r\nX: y", "", "a b", String(repeating: "t", count: 1025)])
  func `What is no token goes into no field`(token: String) async throws {
    let log = Log()
    _ = try await error(Instance().with([Instance.put: Script(content: token)]), log: log)
    #expect(log.all.count == 1)
  }

  @Test func `The service's own words say why there are no credentials`() async throws {
    let content = """
      {"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role.\\u001b[1m\\n"}
      """
    let text = try await error(Instance().with([Instance.role: Script(content: content)]))
    #expect(text.contains("AssumeRoleUnauthorizedAccess: EC2 cannot assume the role."))
    #expect(!text.hasControlCharacter)
  }

  @Test(arguments: [
    ("<html>", "is not JSON"), ("[]", "not an object"), ("{}", "/AccessKeyId is missing"),
    (String(repeating: "[", count: 1000), "too deeply"),
    (
      ScriptedInstance.credentials().replacing("t0ken", with: "a\\r\\nb"),
      "/Token has a control character"
    ),
    (ScriptedInstance.credentials(until: "never"), "/Expiration is no time"),
    (String(repeating: " ", count: 65 * 1024), "more than 65536"),
  ])
  func `An answer that isn't the service's is an error`(content: String, words: String)
    async throws
  {
    let text = try await error(Instance().with([Instance.role: Script(content: content)]))
    #expect(text.contains(words))
  }

  @Test func `What has ended is good for a while longer, as the service can't renew it`()
    async throws
  {
    for (end, isExtended) in [
      ("2025-11-22T08:15:52Z", true), ("2025-11-22T08:15:53Z", true),
      ("2025-11-22T08:15:54Z", false), ("2000-01-01T00:00:00Z", true),
    ] {
      let script = Script(content: ScriptedInstance.credentials(until: end))
      let found = try await resolve(Instance().with([Instance.role: script]))
      let remaining = try #require(found?.expiration) - testMoment
      #expect(isExtended ? (1020...1500).contains(remaining) : remaining == 1)
    }
  }
}
