import Athena
import HTTPTypes
import Testing

@testable import AWSClient
@testable import Gateway

struct UpstreamProblemsTests {
  /// What the contract promises: who says what, and the status, code and delay that callers get.
  private static let contract: [(AthenaException.Source, String, Int, String, Int?)] = [
    (.athena, "InvalidRequestException", 400, "invalid-request", nil),
    (.athena, "ResourceNotFoundException", 404, "not-found", nil),
    (.athena, "InternalServerException", 502, "athena-failed", 5),
    (.athena, "InternalFailure", 502, "athena-failed", 5),
    (.athena, "500", 502, "athena-failed", 5),
    (.athena, "503", 502, "athena-failed", 5),
    (.athena, "520", 502, "athena-failed", 5),
    (.s3, "InternalError", 502, "athena-failed", 5),
    (.athena, "SessionAlreadyExistsException", 409, "session-exists", nil),
    (.athena, "TooManyRequestsException", 429, "throttled", 1),
    (.athena, "ThrottlingException", 429, "throttled", 1),
    (.athena, "Throttling", 429, "throttled", 1),
    (.athena, "RequestLimitExceeded", 429, "throttled", 1),
    (.athena, "ServiceUnavailable", 503, "athena-unavailable", 5),
    (.s3, "SlowDown", 503, "athena-unavailable", 5),
    (.athena, "AccessDeniedException", 502, "gateway-not-authorized", nil),
    (.s3, "AccessDenied", 502, "gateway-not-authorized", nil),
    (.athena, "NotAuthorized", 502, "gateway-not-authorized", nil),
    (.athena, "OptInRequired", 502, "gateway-not-authorized", nil),
    (.athena, "ExpiredTokenException", 502, "gateway-credentials", 5),
    (.s3, "ExpiredToken", 502, "gateway-credentials", 5),
    (.athena, "UnrecognizedClientException", 502, "gateway-credentials", 5),
    (.athena, "InvalidSignatureException", 502, "gateway-credentials", 5),
    (.athena, "RequestExpired", 502, "gateway-credentials", 5),
    (.athena, "InvalidClientTokenId", 502, "gateway-credentials", 5),
    (.athena, "IncompleteSignature", 502, "gateway-credentials", 5),
    (.athena, "MissingAuthenticationTokenException", 502, "gateway-credentials", 5),
    (.athena, "RequestTimeTooSkewed", 502, "gateway-credentials", 5),
    (.s3, "SignatureDoesNotMatch", 502, "gateway-credentials", 5),
    (.s3, "InvalidAccessKeyId", 502, "gateway-credentials", 5),
    (.s3, "NoSuchKey", 404, "output-gone", nil),
    (.s3, "NoSuchBucket", 404, "output-gone", nil),
    (.s3, "404", 404, "output-gone", nil),
    (.s3, "403", 502, "gateway-not-authorized", nil),
    (.s3, "InvalidRange", 416, "range", nil),
    (.athena, "MetadataException", 502, "athena-error", nil),
    (.athena, "ValidationError", 502, "athena-error", nil),
    (.athena, "NoSuchKey", 502, "athena-error", nil),
    (.athena, "400", 502, "athena-error", nil),
    (.athena, "403", 502, "athena-error", nil),
    (.s3, "InvalidRequestException", 502, "athena-error", nil),
    (.s3, "ResourceNotFoundException", 502, "athena-error", nil),
    (.athena, "internalfailure", 502, "athena-error", nil),
  ]

  @Test(arguments: contract)
  func `The contract's table holds`(
    source: AthenaException.Source, code: String, status: Int, problem: String, retryAfter: Int?
  ) {
    let exception = AthenaException(source: source, code: code, message: "words", requestID: "id")
    let result = Problem(exception)
    #expect(result.code.rawValue == problem)
    #expect(result.code.kind.status.code == status)
    #expect(result.code.kind.retryAfter == retryAfter)
    #expect(result.upstream?.code == code)
    #expect(result.upstream?.requestID == "id")
  }

  /// By code, never by status.
  @Test(arguments: [200, 400, 401, 403, 404, 429, 500, 503])
  func `AWS's status decides nothing`(status: Int) {
    let exception = AthenaException(code: "ThrottlingException", status: status)
    #expect(Problem(exception).code == .throttled)
  }

  @Test(arguments: UpstreamProblems.table.indices)
  func `Each row of the table is reached`(index: Int) {
    let row = UpstreamProblems.table[index]
    let code = row.code.hasSuffix("*") ? row.code.dropLast() + "Exception" : row.code[...]
    for source in row.source.map({ [$0] }) ?? [.athena, .s3] {
      let exception = AthenaException(source: source, code: String(code), message: "words")
      #expect(UpstreamProblems.table.firstIndex { $0.matches(exception) } == index)
      #expect(Problem(exception).code == row.problem)
    }
  }

  @Test func `AWS's refusal of the gateway is never blamed on its caller`() {
    let blames: [HTTPResponse.Status] = [.unauthorized, .forbidden]
    for row in UpstreamProblems.table {
      #expect(!blames.contains(row.problem.kind.status))
    }
  }

  @Test(
    arguments: [
      ("CREATING", "session-busy", 2), ("CREATED", "session-busy", 2), ("BUSY", "session-busy", 2),
      ("TERMINATING", "session-ended", nil), ("TERMINATED", "session-ended", nil),
      ("DEGRADED", "session-ended", nil), ("FAILED", "session-ended", nil),
    ] as [(String, String, Int?)])
  func `Athena tells a session's state in words`(state: String, code: String, retryAfter: Int?) {
    let problem = Problem(
      AthenaException(
        code: "InvalidRequestException",
        message: "Session is in the \(state) state; needs to be IDLE to accept Calculations."))
    #expect(problem.code.rawValue == code)
    #expect(problem.code.kind.status == .conflict)
    #expect(problem.code.kind.retryAfter == retryAfter)
    #expect(problem.sessionState == state)
    #expect(problem.upstream?.code == "InvalidRequestException")
  }

  @Test(arguments: [
    nil, "", "Session is in the IDLE state; needs more.", "Session is in the FUTURE state",
    "Session is in the ", "session is in the BUSY state", "the code says BUSY",
  ])
  func `Other words are an invalid request`(message: String?) {
    let problem = Problem(AthenaException(code: "InvalidRequestException", message: message))
    #expect(problem.code == .invalidRequest)
    #expect(problem.sessionState == nil)
  }

  @Test func `Only Athena's InvalidRequestException is read so`() {
    let message = "Session is in the BUSY state; needs to be IDLE to accept Calculations."
    #expect(
      Problem(AthenaException(code: "InternalFailure", message: message)).code == .athenaFailed)
    let s3 = AthenaException(source: .s3, code: "InvalidRequestException", message: message)
    #expect(Problem(s3).code == .athenaError)
  }

  @Test func `A token's reuse is known by its words and by its code`() {
    let words = AthenaException(
      code: "InvalidRequestException", message: "Idempotent parameters do not match")
    let code = AthenaException(
      code: "InvalidRequestException", message: "words",
      athenaErrorCode: "IDEMPOTENT_PARAMETER_MISMATCH")
    for exception in [words, code] {
      #expect(Problem(exception).code == .tokenReused)
      #expect(Problem(exception).code.kind.status == .unprocessableContent)
    }
  }

  @Test func `Failures without an answer have their problems`() {
    let cases: [(AthenaError, String, Int)] = [
      (.unreachable("why"), "athena-unreachable", 502), (.timeout, "athena-timeout", 504),
      (.badAnswer("why"), "bad-answer", 502), (.overloaded, "overloaded", 503),
      (.noCredentials(source: nil), "no-credentials", 503),
      (.exception(.init(code: "InternalFailure")), "athena-failed", 502),
    ]
    for (error, code, status) in cases {
      #expect(Problem(error).code.rawValue == code)
      #expect(Problem(error).code.kind.status.code == status)
    }
    #expect(ProblemCode.noCredentials.kind.retryAfter == 5)
  }

  @Test func `A caller learns which source of credentials has failed, and who knows why`() {
    let failed = Problem(AthenaError.noCredentials(source: "assume-role")).detail
    let none = Problem(AthenaError.noCredentials(source: nil)).detail
    #expect(failed.contains("'assume-role' has failed") && failed.contains("athena-gateway check"))
    #expect(none.contains("none are configured") && none.contains("athena-gateway check"))
  }

  private static let operators: [UpstreamProblems.Row] = UpstreamProblems.table.filter {
    [.gatewayCredentials, .gatewayNotAuthorized].contains($0.problem)
  }

  /// AWS explains a wrong signature by the canonical request, which has the session token in it, and a
  /// missing permission by the gateway's identity.
  @Test(arguments: operators.map(\.code))
  func `A problem that is the operator's to mend repeats nothing that AWS said`(code: String) {
    let code = code.replacing("*", with: "Exception")
    let exception = AthenaException(source: .s3, code: code, message: "x-amz-security-token:SECRET")
    let response = Problem(exception).response(requestID: RequestID())
    #expect(response.text?.contains("SECRET") == false)
    #expect(response.text?.contains(code) == true)
  }

  /// What callers are not told somebody else must be.
  @Test(arguments: operators.indices)
  func `The operator is told of each problem that is his to mend`(index: Int) {
    let row = Self.operators[index]
    let code = row.code.replacing("*", with: "Exception")
    let isHead = code == "403"
    let cause = ServiceError(code: code, status: 403).refusal(isHead: isHead)
    #expect(cause == (row.problem == .gatewayCredentials ? .credentials : .permission))
  }

  @Test func `The caller sees Athena's own words of everything else`() {
    let exception = AthenaException(
      code: "InvalidRequestException", message: "'codeBlock' failed to satisfy constraint")
    #expect(Problem(exception).detail == "'codeBlock' failed to satisfy constraint")
    #expect(
      Problem(AthenaException(code: "InternalFailure")).detail
        == "Athena answered with InternalFailure")
    #expect(
      Problem(AthenaException(source: .s3, code: "AccessDenied", message: "arn:…")).detail
        == "S3 doesn't allow this to the gateway's own identity (AccessDenied)")
  }
}
