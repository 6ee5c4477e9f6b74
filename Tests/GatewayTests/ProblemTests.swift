import Athena
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct ProblemTests {
  private static let uuid = "0f4b8a52-6f0e-4a35-9d2a-6c1c5a8e7b90"

  private func response(_ problem: Problem, requestID: String = uuid) -> Response {
    problem.response(requestID: RequestID(FieldSection([("X-Request-Id", requestID)])))
  }

  @Test func `The smallest document`() {
    let response = response(Problem(.notFound, "why \"so\""))
    #expect(response.status == .notFound)
    #expect(response.fields[.contentType] == "application/problem+json")
    #expect(response.fields[.retryAfter] == nil)
    #expect(
      response.text == """
        {"type":"/problems/not-found","title":"There is no such thing","status":404,\
        "detail":"why \\"so\\"","instance":"urn:uuid:\(Self.uuid)","code":"not-found",\
        "retryable":false,"requestId":"\(Self.uuid)"}
        """)
  }

  @Test func `The largest document`() {
    var problem = Problem(findings: [
      .init(detail: "is required", pointer: .root.appending("codeBlock")),
      .init(detail: "must be an object, not null", pointer: .root),
    ])
    problem.sessionState = "BUSY"
    problem.upstream = AthenaException(
      code: "C", message: "M", status: 400, athenaErrorCode: "A", resourceName: "R", requestID: "I")
    #expect(
      response(problem, requestID: "mine").text == """
        {"type":"/problems/invalid-request","title":"The request breaks a rule","status":400,\
        "detail":"/codeBlock is required; the content must be an object, not null",\
        "code":"invalid-request","retryable":false,"requestId":"mine","sessionState":"BUSY",\
        "errors":[{"detail":"is required","pointer":"/codeBlock"},\
        {"detail":"must be an object, not null","pointer":""}],\
        "upstream":{"code":"C","message":"M","athenaErrorCode":"A","resourceName":"R",\
        "requestId":"I"}}
        """)
  }

  @Test func `What AWS left out is left out`() {
    var problem = Problem(.athenaFailed, "d")
    problem.upstream = AthenaException(code: "C")
    #expect(response(problem).text?.hasSuffix(#""upstream":{"code":"C"}}"#) == true)
  }

  @Test(arguments: ProblemCode.allCases)
  func `Status, title and delay are the code's`(code: ProblemCode) {
    let response = response(Problem(code, "d"))
    #expect(response.status == code.kind.status)
    #expect(response.fields[.retryAfter] == code.kind.retryAfter.map(String.init))
    #expect(response.json?["status"]?.asNumber?.int == code.kind.status.code)
    #expect(response.json?["title"]?.asString == code.kind.title)
    #expect(response.json?["retryable"]?.asBool == code.kind.isRetryable)
    #expect(response.json?["type"]?.asString == "/problems/\(code.rawValue)")
  }

  @Test(arguments: ProblemCode.allCases)
  func `A delay is given for what can be tried again alone`(code: ProblemCode) {
    #expect(code.kind.retryAfter == nil || code.kind.isRetryable)
    // Of a fault that is not the caller's he is told when to come back.
    if code.kind.status.kind == .serverError {
      #expect((code.kind.retryAfter != nil) == code.kind.isRetryable)
    }
    #expect(code.kind.status.kind == .clientError || code.kind.status.kind == .serverError)
    #expect(code.kind.explanation.hasSuffix("."))
  }

  private static let refusals: [(Refusal, String)] = [
    (.malformed("the rule"), "malformed-request"), (.disconnected, "malformed-request"),
    (.timeout(.head), "request-timeout"), (.timeout(.content), "request-timeout"),
    (.contentTooLarge(limit: 5), "content-too-large"),
    (.targetTooLong(limit: 5), "target-too-long"), (.headTooLarge(limit: 5), "head-too-large"),
    (.expectation, "expectation-failed"), (.transferCoding, "not-implemented"),
    (.version, "http-version-not-supported"), (.failed, "internal-error"),
    (.overloaded(.connections), "overloaded"), (.overloaded(.contents), "overloaded"),
    (.tooManyFields(limit: 5), "head-too-large"), (.handlerTimeout, "athena-timeout"),
  ]

  @Test(arguments: refusals)
  func `The server's refusals have the same form`(refusal: Refusal, code: String) {
    let response = Gateway.response(to: refusal, .unread(peer: nil))
    #expect(response.status == refusal.status)
    #expect(response.json?["code"]?.asString == code)
    #expect(response.fields[.xRequestID] == response.json?["requestId"]?.asString)
    #expect(StandingFields.security.fields.allSatisfy { response.allFields[$0.name] == $0.value })
    #expect(response.allFields[.cacheControl] == "no-store")
  }

  @Test func `A refusal names its rule`() {
    #expect(
      Gateway.response(to: .malformed("the rule"), .unread(peer: nil)).json?["detail"]?.asString
        == "the rule")
    #expect(
      Gateway.response(to: .contentTooLarge(limit: 5), .unread(peer: nil)).json?["detail"]?.asString
        == "the content is more than 5 bytes")
  }
}
