import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import SigV4
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct CallRefusalTests {
  @Test(arguments: [
    ("AccessDeniedException", CallRefusal.Cause.permission), ("AccessDenied", .permission),
    ("UnrecognizedClientException", .credentials), ("InvalidSignatureException", .credentials),
    ("400", .foreignAnswer),
  ])
  func `a call that AWS refuses to the gateway is told with all that helps`(
    code: String, cause: CallRefusal.Cause
  ) async throws {
    let error = ServiceError(
      code: code, message: "AKIAIOSFODNN7EXAMPLE\nmay not", status: 400, requestID: "r-1")
    let told = try await refusals([.service(error, FieldSection([]))])
    try #require(told.count == 1)
    #expect(told[0].cause == cause)
    #expect(told[0].operation == "Operation")
    #expect(told[0].url == "https://example.com/")
    #expect(told[0].maskedKeyID == "AKIA…MPLE")
    #expect(told[0].code == code)
    #expect(told[0].message == "AKIA…MPLE\\u{a}may not")
    #expect(told[0].requestID == "r-1")
  }

  @Test(arguments: ["InvalidRequestException", "ThrottlingException", "500", "503"])
  func `what is no refusal of the gateway is not told`(code: String) async throws {
    #expect(try await refusals([.answer(code, Int(code) ?? 400)]).isEmpty)
  }

  @Test func `what is not AWS's answer is told with its status and type`() async throws {
    let page = [(name: "Content-Type", value: "text/html; charset=utf-8")]
    for status in [403, 502] {
      let told = try await refusals([.answer("\(status)", status, page)])
      #expect(told.map(\.cause) == [.foreignAnswer] && told[0].code == "\(status)")
      #expect(told[0].message == "of type text/html; charset=utf-8")
    }
    let nonsense = try await refusals([.unpromised("it is a page")])
    #expect(nonsense.map(\.cause) == [.foreignAnswer] && nonsense[0].message == "it is a page")
    #expect(try await refusals([.transfer(.connect("no"))]).isEmpty)
  }

  @Test func `a HEAD can't have a code, and lacks the permission where its status is 403`()
    async throws
  {
    let told = try await refusals([.answer("403", 403)], method: .head)
    #expect(told.map(\.cause) == [.permission])
    #expect(try await refusals([.answer("404", 404)], method: .head).isEmpty)
  }

  @Test func `a message that repeats a secret is not told`() async throws {
    let error = ServiceError(
      code: "SignatureDoesNotMatch", message: "a token/that/is/long/enough b", status: 403)
    let told = try await refusals([.service(error, FieldSection([]))])
    #expect(told.map(\.code) == ["SignatureDoesNotMatch"] && told[0].message == nil)
  }

  @Test func `the first refusal with each code is told at once, and then one a minute`() {
    let told = Lock<[String?]>([])
    let teller = RefusalTeller { refusal in told.withLock { $0.append(refusal.code) } }
    let (denied, unknown) = (refusal("AccessDenied"), refusal("UnrecognizedClient"))
    for (refusal, second) in [
      (denied, 0), (denied, 0), (unknown, 1), (denied, 59), (denied, 60), (unknown, 60),
      (unknown, 61), (denied, 3),
    ] { teller.tell(refusal, at: 1_763_799_353 + second) }
    #expect(
      told.withLock { $0 } == [
        "AccessDenied", "UnrecognizedClient", "AccessDenied", "UnrecognizedClient", "AccessDenied",
      ])
    for number in 0..<1000 { teller.tell(refusal("AccessDenied\(number)"), at: 1_763_799_500) }
    #expect(told.withLock { $0 }.count == 5 + 64)
  }
}

private let credentials = Credentials(
  accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "s",
  sessionToken: "token/that/is/long/enough")

/// What is told of a call whose tries end so.
private func refusals(
  _ script: [CallFailure?], method: ClientRequest.Method = .post
) async throws -> [CallRefusal] {
  let told = Lock<[CallRefusal]>([])
  let shared = AWSShared(
    credentials: CredentialsStore(credentials), retries: RetryPolicy(attempts: 1),
    onRefusal: { refusal in told.withLock { $0.append(refusal) } })
  _ = try await callOutcome(script, method: method, shared: shared)
  return told.withLock { $0 }
}

private func refusal(_ code: String) -> CallRefusal {
  let request = UnsignedRequest(
    operation: "Operation", method: .post, endpoint: try! Endpoint(parsing: "https://example.com"),
    region: Region("eu-west-1")!, path: "/", fields: [], payloadHash: SHA256.hash([UInt8]()),
    pathRule: .standard)
  return CallRefusal(.answer(code), of: request, with: credentials)!
}
