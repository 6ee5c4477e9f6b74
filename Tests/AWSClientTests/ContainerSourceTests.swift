import HTTPTypes
import SigV4
import Testing

@testable import AWSClient

private let answer = """
  {"AccessKeyId": "ASIA1", "SecretAccessKey": "s3cret", "Token": "t0ken", \
  "Expiration": "2025-11-22T14:15:53Z", "AccountId": "123456789012", "RoleArn": "arn:aws:iam::1:role/r"}
  """

@Suite(.timeLimit(.minutes(1))) struct ContainerSourceTests {
  /// - Parameter deadline: Where silence is to be waited for, a short one.
  private func resolve(
    _ variables: [String: String] = [:], log: Log = Log(), deadline: Duration = .seconds(30),
    answering script: @escaping @Sendable (Int) -> Script
  ) async throws -> ResolvedCredentials? {
    let count = Counter()
    let answer: @Sendable (Received) -> Script = { _ in script(count.next()) }
    return try await withTools(log: log, answering: answer) { tools, url in
      let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v1/credentials"]
      let source = ContainerSource(
        AWSEnvironment(environment.merging(variables) { $1 }), deadline: deadline,
        pause: .milliseconds(1))
      return try await source.resolve(with: tools)
    }
  }

  private func error(
    _ variables: [String: String] = [:], log: Log = Log(), deadline: Duration = .seconds(30),
    answering script: @escaping @Sendable (Int) -> Script
  ) async throws -> String {
    let error = await #expect(throws: CredentialsError.self) {
      try await resolve(variables, log: log, deadline: deadline, answering: script)
    }
    let text = try #require(error).description
    #expect(text.hasPrefix("container-role: "))
    for secret in ["s3cret", "t0ken", "t0p"] { #expect(!text.contains(secret)) }
    return text
  }

  @Test func `Without its variables it is not configured`() async throws {
    let log = Log()
    let variables = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
    ]
    #expect(try await resolve(variables, log: log) { _ in Script(content: answer) } == nil)
    #expect(log.all.isEmpty)
  }

  @Test func `The service beside the container gives all that there is to know`() async throws {
    let log = Log()
    let found = try #require(try await resolve(log: log) { _ in Script(content: answer) })
    #expect(
      found
        == ResolvedCredentials(
          Credentials(accessKeyID: "ASIA1", secretAccessKey: "s3cret", sessionToken: "t0ken"),
          expiration: 1_763_820_953, accountID: "123456789012", origin: "container-role"))
    let request = try #require(log.all.first)
    #expect(request.method == "GET")
    #expect(request.path == "/v1/credentials")
    #expect(request.field("Accept") == "application/json")
    #expect(request.field("Authorization") == nil)
  }

  @Test func `The token of the variable goes as it is`() async throws {
    let log = Log()
    let variables = ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic t0p=="]
    _ = try await resolve(variables, log: log) { _ in Script(content: answer) }
    #expect(log.all.first?.field("Authorization") == "Basic t0p==")
  }

  @Test func `The token's file outranks the variable, and is read each time`() async throws {
    let home = TestHome()
    let log = Log()
    home.write("token", "t0p-1")
    let script: @Sendable (Received) -> Script = { _ in Script(content: answer) }
    try await withTools(log: log, answering: script) { tools, url in
      let source = ContainerSource(
        AWSEnvironment([
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
          "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": home.path + "/token",
          "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
        ]))
      _ = try await source.resolve(with: tools)
      home.write("token", "t0p-2")
      _ = try await source.resolve(with: tools)
    }
    #expect(log.all.map { $0.field("Authorization") } == ["t0p-1", "t0p-2"])
  }

  @Test(arguments: ["t0p\n", "t0p\r\nX: y", "\r", "t0p\0", ""])
  func `A token that no field can hold is refused before anything is sent`(token: String)
    async throws
  {
    let home = TestHome()
    home.write("token", token)
    let log = Log()
    let variables = ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": home.path + "/token"]
    let text = try await error(variables, log: log) { _ in Script(content: answer) }
    #expect(text.contains(home.path + "/token"))
    #expect(text.contains("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
    #expect(log.all.isEmpty)
  }

  @Test func `A line break in the token's variable is refused`() async throws {
    let text = try await error(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "t0p\n"]) { _ in
      Script(content: answer)
    }
    #expect(text.contains("AWS_CONTAINER_AUTHORIZATION_TOKEN has a line break"))
  }

  @Test func `A token's file that can't be read is an error that names it`() async throws {
    for path in ["/nonexistent/token", "/"] {
      let variables = [
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t0p",
      ]
      #expect(try await error(variables) { _ in Script(content: answer) }.contains(path))
    }
  }

  @Test func `A host that may not see the token is refused, and its URL not repeated`()
    async throws
  {
    let text = try await error([
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.169.254/t0p"
    ]) { _ in Script() }
    #expect(text.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    #expect(text.contains("169.254.169.254"))
  }

  @Test(arguments: ["@example.com/t0p", ".example.com/t0p", "0/t0p", "/a b"])
  func `A relative URI that leads elsewhere is refused, and outranks a full one`(uri: String)
    async throws
  {
    let log = Log()
    let variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": uri]
    let text = try await error(variables, log: log) { _ in Script(content: answer) }
    #expect(text.contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
    #expect(log.all.isEmpty)
  }

  private static let excuses = [
    Script(status: 500), Script(status: 404), Script(status: 204, content: ""),
    Script(status: 302, fields: [.location: "/elsewhere"]), Script(content: "<html>"),
    Script(content: "[]"), Script(content: ""), Script(content: answer, course: .cutOff),
  ]

  @Test(arguments: excuses)
  func `What is no answer is asked for again`(excuse: Script) async throws {
    let log = Log()
    let found = try await resolve(log: log) { $0 < 3 ? excuse : Script(content: answer) }
    #expect(found?.credentials.accessKeyID == "ASIA1")
    #expect(log.all.map(\.path) == Array(repeating: "/v1/credentials", count: 3))
  }

  @Test(arguments: excuses)
  func `After three attempts it is an error`(excuse: Script) async throws {
    let log = Log()
    let text = try await error(log: log) { _ in excuse }
    #expect(text.contains("http://127.0.0.1:"))
    #expect(text.contains("in 3 attempts"))
    #expect(log.all.count == 3)
  }

  @Test func `Nobody is waited for beyond the deadline of an attempt`() async throws {
    let log = Log()
    let text = try await error(log: log, deadline: .milliseconds(20)) { _ in
      Script(course: .silent)
    }
    #expect(text.contains("in 3 attempts: no answer in time"))
  }

  @Test(arguments: hostileAnswers)
  func `An answer without credentials is an error at once`(content: String, member: String)
    async throws
  {
    let log = Log()
    let text = try await error(log: log) { _ in Script(content: content) }
    #expect(text.contains(member))
    #expect(log.all.count == 1)
  }

  @Test func `An answer without an end, or a head without one, is an error`() async throws {
    let long = String(repeating: " ", count: 65 * 1024)
    #expect(try await error { _ in Script(content: long + answer) }.contains("more than 65536"))
    let field = HTTPField.Name("X-Long")!
    #expect(
      try await error { _ in
        Script(content: answer, fields: [field: long.replacing(" ", with: "x")])
      }
      .contains("more than 65536"))
  }

  @Test func `Where nobody listens it is an error`() async throws {
    let text = try await error(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x"]) {
      _ in
      Script()
    }
    #expect(text.contains("http://127.0.0.1:1 gave no credentials in 3 attempts"))
  }

  @Test func `An empty token is none, as a user's own keys have none`() async throws {
    let content = answer.replacing("t0ken", with: "")
    let found = try await resolve { _ in Script(content: content) }
    #expect(found?.credentials.sessionToken == nil)
  }
}

/// Answers of which one member is not what it should be, and its name.
let hostileAnswers: [(content: String, member: String)] = [
  (answer.replacing("AccessKeyId", with: "Other"), "/AccessKeyId is missing"),
  (answer.replacing("SecretAccessKey", with: "Other"), "/SecretAccessKey is missing"),
  (answer.replacing("Token", with: "Other"), "/Token is missing"),
  (answer.replacing("Expiration", with: "Other"), "/Expiration is missing"),
  (answer.replacing("ASIA1", with: ""), "/AccessKeyId is empty"),
  (answer.replacing("s3cret", with: ""), "/SecretAccessKey is empty"),
  (answer.replacing("\"ASIA1\"", with: "1"), "/AccessKeyId must be a string"),
  (answer.replacing("\"t0ken\"", with: "null"), "/Token is missing"),
  (answer.replacing("\"t0ken\"", with: "[\"t0ken\"]"), "/Token must be a string"),
  (answer.replacing("t0ken", with: "t0ken\\r\\nX: y"), "/Token has a control character"),
  (answer.replacing("ASIA1", with: "ASIA1\\u0000"), "/AccessKeyId has a control character"),
  (answer.replacing("s3cret", with: "s3cret\\n"), "/SecretAccessKey has a control character"),
  (answer.replacing("2025-11-22T14:15:53Z", with: "tomorrow"), "/Expiration is no time"),
  (answer.replacing("\"123456789012\"", with: "{}"), "/AccountId must be a string"),
]
