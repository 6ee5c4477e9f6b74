import HTTPTypes
import SigV4
import Testing

@testable import AWSClient

struct STSClientTests {
  private static let source = Credentials(
    accessKeyID: "AKID", secretAccessKey: "sourceSecretOf40CharactersSoThatItIsFound",
    sessionToken: "sourceTokenOf40CharactersSoThatItIsFound")

  private static let role = STSClient.Role(
    arn: "arn:aws:iam::123456789012:role/demo", sessionName: "me@home", externalID: "a b/c",
    durationSeconds: 900)

  private func assume(
    log: Log = Log(), _ answer: @escaping @Sendable (Received) -> Script
  ) async throws -> STSClient.AssumedRole {
    try await withTools(log: log, answering: answer) { tools, url in
      try await STSClient(at: url).assumeRole(Self.role, as: Self.source, with: tools)
    }
  }

  private func assumeWithToken(
    log: Log = Log(), _ answer: @escaping @Sendable (Received) -> Script
  ) async throws -> STSClient.AssumedRole {
    try await withTools(log: log, answering: answer) { tools, url in
      try await STSClient(at: url).assumeRole(
        Self.role, webIdentityToken: "header.payload.signature", with: tools)
    }
  }

  @Test func `AssumeRole is a signed form`() async throws {
    let log = Log()
    let assumed = try await assume(log: log) { _ in STSAnswers.assumedRole() }
    #expect(
      assumed.credentials.credentials
        == Credentials(
          accessKeyID: "ASIAROLE", secretAccessKey: "roleSecret", sessionToken: "roleToken"))
    #expect(assumed.credentials.expiration == testMoment + 3600)
    #expect(assumed.accountID == "123456789012")
    let request = try #require(log.all.first)
    #expect(log.all.count == 1)
    #expect(request.method == "POST")
    #expect(request.path == "/")
    #expect(
      request.content == """
        Action=AssumeRole&Version=2011-06-15\
        &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName=me%40home\
        &DurationSeconds=900&ExternalId=a%20b%2Fc
        """)
    #expect(
      request.field("Content-Type") == "application/x-www-form-urlencoded; charset=utf-8")
    #expect(request.field("X-Amz-Security-Token") == Self.source.sessionToken)
    #expect(request.field("X-Amz-Date") == "20251122T081553Z")
    #expect(
      request.field("Authorization")?.hasPrefix(
        """
        AWS4-HMAC-SHA256 Credential=AKID/20251122/eu-west-1/sts/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,
        """) == true)
  }

  @Test func `AssumeRoleWithWebIdentity is not signed`() async throws {
    let log = Log()
    let assumed = try await assumeWithToken(log: log) { _ in
      STSAnswers.assumedRole("AssumeRoleWithWebIdentity")
    }
    #expect(assumed.credentials.credentials.accessKeyID == "ASIAROLE")
    let request = try #require(log.all.first)
    #expect(request.parameter("Action") == "AssumeRoleWithWebIdentity")
    #expect(request.parameter("WebIdentityToken") == "header.payload.signature")
    #expect(request.parameter("ExternalId") == nil)
    #expect(request.field("Authorization") == nil)
    #expect(request.field("X-Amz-Date") == nil)
  }

  /// What is tried again, and what would only fail again: botocore's standard mode and STS's own code.
  @Test(arguments: [
    (Script(content: "<a></a>", course: .cutOff), 3),
    (STSAnswers.error("IDPCommunicationError"), 3), (STSAnswers.error("Throttling"), 3),
    (STSAnswers.error("InternalFailure", status: 500), 3), (Script(status: 503, content: ""), 3),
    (Script(status: 502, content: "<html>"), 3), (STSAnswers.error("AccessDenied", status: 403), 1),
    (STSAnswers.error("ExpiredToken"), 1), (STSAnswers.error("InvalidIdentityToken"), 1),
    (Script(status: 302, content: ""), 1), (Script(content: "<html>"), 1),
  ])
  func `What may pass is tried three times`(answer: Script, attempts: Int) async throws {
    let log = Log()
    await #expect(throws: AWSError.self) { try await assumeWithToken(log: log) { _ in answer } }
    #expect(log.all.count == attempts)
  }

  @Test func `The second try can succeed`() async throws {
    let log = Log()
    _ = try await assume(log: log) { _ in
      log.all.count == 1 ? Script(status: 503, content: "") : STSAnswers.assumedRole()
    }
    #expect(log.all.count == 2)
  }

  @Test func `An error is named by its code`() async throws {
    let error = await #expect(throws: AWSError.self) {
      try await assume { _ in
        STSAnswers.error("AccessDenied", "not &lt;authorized&gt;", status: 403)
      }
    }
    guard case .service(let error) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.code == "AccessDenied")
    #expect(error.message == "not <authorized>")
    #expect(error.status == 403)
  }

  @Test(arguments: [
    "sourceSecretOf40CharactersSoThatItIsFound", "sourceTokenOf40CharactersSoThatItIsFound",
  ])
  func `A message that repeats a secret is withheld`(secret: String) async throws {
    let error = await #expect(throws: AWSError.self) {
      try await assume { _ in STSAnswers.error("SignatureDoesNotMatch", "x:\(secret)") }
    }
    #expect(!String(describing: error).contains(secret))
  }

  @Test func `A message that repeats the web identity's token is withheld`() async throws {
    let error = await #expect(throws: AWSError.self) {
      try await assumeWithToken { _ in
        STSAnswers.error("InvalidIdentityToken", "got header.payload.signature")
      }
    }
    #expect(!String(describing: error).contains("header.payload.signature"))
  }

  /// Answers that STS never gives, with status 200.
  @Test(arguments: [
    Script(content: ""), Script(content: "{}"), Script(content: "<a/>"),
    Script(content: "<AssumeRoleResponse/>"),
    Script(content: "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"),
    Script(content: String(STSAnswers.assumedRole().content.dropLast(30))),
    Script(content: "<!DOCTYPE a>" + STSAnswers.assumedRole().content),
    Script(content: STSAnswers.assumedRole().content + String(repeating: " ", count: 1 << 16)),
    STSAnswers.assumedRole("AssumeRoleWithWebIdentity"), STSAnswers.assumedRole(key: ""),
    STSAnswers.assumedRole(secret: " \n"), STSAnswers.assumedRole(token: "a&#13;&#10;b: c"),
    STSAnswers.assumedRole(token: "é"), STSAnswers.assumedRole(token: "<b/>"),
    STSAnswers.assumedRole(token: String(repeating: "x", count: 16 * 1024 + 1)),
    STSAnswers.assumedRole(key: "A</AccessKeyId><AccessKeyId>B"),
    STSAnswers.assumedRole(expiration: ""), STSAnswers.assumedRole(expiration: "tomorrow"),
    STSAnswers.assumedRole(expiration: "99999-01-01T00:00:00Z"),
  ])
  func `What is not an answer of STS is a bad answer`(answer: Script) async throws {
    let error = await #expect(throws: AWSError.self) { try await assume { _ in answer } }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [201, 301, 302, 307, 308])
  func `An answer with another status is none, whatever it says, and nobody is asked in its place`(
    status: Int
  ) async throws {
    let log = Log()
    var answer = STSAnswers.assumedRole()
    answer.status = status
    answer.fields = [.location: "/elsewhere"]
    let answers = always(answer)
    let error = await #expect(throws: AWSError.self) { try await assume(log: log, answers) }
    #expect(error == .badAnswer("HTTP status \(status) in answer to a call"))
    #expect(log.all.count == 1)
  }

  @Test(
    arguments: [
      ("arn:aws-cn:sts::123456789012:assumed-role/a/b", "123456789012"), ("", nil), ("arn", nil),
      ("arn:aws:sts::12345678901é:assumed-role/a/b", nil), ("arn:aws:sts::1234:a", nil),
      ("arn:aws:sts:::assumed-role/a", nil),
    ] as [(String, String?)])
  func `The account is that of the role's ARN, if it is one`(
    arn: String, account: String?
  ) async throws {
    let assumed = try await assume { _ in STSAnswers.assumedRole(arn: arn) }
    #expect(assumed.accountID == account)
  }

  /// The server's `Date` is the real one, a year and more from the moment of the tests.
  @Test func `A clock that is wrong is put right, once`() async throws {
    let log = Log()
    _ = try await assume(log: log) { _ in
      log.all.count == 1
        ? STSAnswers.error("SignatureDoesNotMatch", "Signature expired", status: 403)
        : STSAnswers.assumedRole()
    }
    let dates = log.all.map { $0.field("X-Amz-Date") }
    #expect(dates.count == 2)
    #expect(dates.first == "20251122T081553Z")
    #expect(dates.last != dates.first)
    let refused = Log()
    await #expect(throws: AWSError.self) {
      try await assume(log: refused) { _ in STSAnswers.error("SignatureDoesNotMatch") }
    }
    #expect(refused.all.count == 2)
  }

  @Test func `It is asked as often as the settings say`() async throws {
    let log = Log()
    let answer: @Sendable (Received) -> Script = { _ in Script(status: 503, content: "") }
    await #expect(throws: AWSError.self) {
      try await withTools(log: log, retries: RetryPolicy(attempts: 2), answering: answer) {
        tools, url in
        try await STSClient(at: url).assumeRole(Self.role, as: Self.source, with: tools)
      }
    }
    #expect(log.all.count == 2)
  }

  @Test func `A worker's settings are those of its credentials' services`() async throws {
    let attempts = try await withWorker(.fixed(retries: RetryPolicy(attempts: 7))) { context in
      context.tools.retries.attempts
    }
    #expect(attempts == 7)
  }

  @Test func `Where nobody listens, nobody is reached`() async throws {
    let error = await #expect(throws: AWSError.self) {
      try await withTools { tools, _ in
        try await STSClient(at: "http://127.0.0.1:1").assumeRole(
          Self.role, as: Self.source, with: tools)
      }
    }
    guard case .unreachable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
