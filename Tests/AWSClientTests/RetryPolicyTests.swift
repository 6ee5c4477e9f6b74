import HTTPClient
import HTTPMessage
import Testing

@testable import AWSClient

/// The rules of botocore 1.44.5, `retries/standard.py`; Tests/Conformance holds the same to botocore itself.
struct RetryPolicyTests {
  private let modelled: Set = ["InvalidRequestException"]

  private static let throttling = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "TooManyRequestsException", "ProvisionedThroughputExceededException",
    "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
    "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
    "EC2ThrottledException",
  ]

  @Test(arguments: throttling, [400, 503])
  func `Throttling is a code, whatever the status`(code: String, status: Int) {
    #expect(RetryPolicy().reason(to: .answer(code, status), modelled: modelled) == .throttling)
  }

  @Test(arguments: [
    CallFailure.answer("500", 500), .answer("X", 502), .answer("X", 503),
    .answer("InvalidRequestException", 504), .answer("RequestTimeout"),
    .answer("RequestTimeoutException"), .transfer(.resolve("")), .transfer(.connect("")),
    .transfer(.tls("")), .transfer(.proxy("")), .transfer(.timeout("")), .transfer(.cutShort("")),
    .transfer(.badAnswer("")), .transfer(.failed(code: 1, "")),
  ])
  func `What may be better the next time is transient`(failure: CallFailure) {
    #expect(RetryPolicy().reason(to: failure, modelled: modelled) == .transient)
  }

  @Test(arguments: [
    CallFailure.answer("InvalidRequestException"), .answer("X", 501), .answer("X", 505),
    .answer("X", 509), .answer("InvalidRequestException", 429), .answer("AccessDenied", 403),
    .answer("404", 404), .unpromised("it is not JSON"), .transfer(.tooLarge(limit: 1)),
    .transfer(.headTooLarge(limit: 1)), .transfer(.invalidRequest("")), .transfer(.closed),
  ])
  func `What would be the same the next time is final`(failure: CallFailure) {
    #expect(RetryPolicy().reason(to: failure, modelled: modelled) == nil)
  }

  @Test func `Status 429 is throttling, unless the model knows the error`() {
    #expect(RetryPolicy().reason(to: .answer("429", 429), modelled: modelled) == .throttling)
  }

  @Test(arguments: [
    (1, RetryPolicy.Reason.transient, 0.05), (2, .transient, 0.1), (3, .transient, 0.2),
    (9, .transient, 12.8), (10, .transient, 20), (5000, .transient, 20), (1, .throttling, 1),
    (2, .throttling, 2), (5, .throttling, 16), (6, .throttling, 20), (Int.max, .throttling, 20),
  ])
  func `A delay is any part of a bound that doubles, to 20 seconds`(
    attempt: Int, reason: RetryPolicy.Reason, bound: Double
  ) {
    for random in [0, 0.25, 1] {
      let policy = RetryPolicy(random: { random })
      #expect(
        policy.delay(after: attempt, reason, .transfer(.closed)) == .seconds(bound * random))
    }
  }

  @Test(arguments: [
    ("0", 1.0), ("999", 1.0), ("1500", 1.5), ("6000", 6.0), ("6001", 6.0), ("86400000", 6.0),
    (String(repeating: "9", count: 30), 6.0), ("-1", 1.0), ("1.5", 1.0), ("soon", 1.0), ("", 1.0),
  ])
  func `A service can ask for more, up to five seconds more`(wish: String, seconds: Double) {
    let policy = RetryPolicy(random: { 1 })
    let failure = CallFailure.answer("SlowDown", 503, [("x-amz-retry-after", wish)])
    #expect(policy.delay(after: 1, .throttling, failure) == .seconds(seconds))
  }
}
