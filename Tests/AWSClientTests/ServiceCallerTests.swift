import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import SigV4
import Testing

@testable import AWSClient

/// What a call has come to.
struct CallOutcome: Sendable {
  var error: AWSError?
  var sent: [ClientRequest] = []
  var pauses: [Duration] = []
}

extension CallFailure {
  static func answer(
    _ code: String, _ status: Int = 400, _ fields: [(name: String, value: String)] = []
  ) -> CallFailure {
    .service(ServiceError(code: code, status: status), FieldSection(fields))
  }
}

/// Makes a call whose tries end as the script says, where nil is a success; a script that is over goes on
/// with its last word.
func callOutcome(
  _ script: [CallFailure?], method: ClientRequest.Method = .post, shared: AWSShared,
  clock: Clock = Clock(),
  onTry: @escaping @Sendable (Int) -> Void = { _ in }
) async throws -> CallOutcome {
  let pauses = Lock<[Duration]>([])
  let note: @Sendable (Duration) async throws(CancellationError) -> Void = { duration in
    pauses.withLock { $0.append(duration) }
  }
  var outcome = try await withWorker(shared, clock: clock, pause: note) { context in
    await context.outcome(script, method, onTry)
  }
  outcome.pauses = pauses.withLock { $0 }
  return outcome
}

extension AWSContext {
  fileprivate func outcome(
    _ script: [CallFailure?], _ method: ClientRequest.Method = .post,
    _ onTry: @Sendable (Int) -> Void
  ) async -> CallOutcome {
    let caller = ServiceCaller(self, service: "athena", modelled: ["InvalidRequestException"])
    let body = Array("token".utf8)
    let request = UnsignedRequest(
      operation: "Operation", method: method,
      endpoint: try! Endpoint(parsing: "https://example.com"), region: region, path: "/",
      fields: [],
      body: body, payloadHash: SHA256.hash(body), pathRule: .standard)
    var outcome = CallOutcome()
    do throws(AWSError) {
      try await caller.call(request) { request async throws(CallFailure) in
        outcome.sent.append(request)
        onTry(outcome.sent.count)
        let word = script[min(outcome.sent.count, script.count) - 1]
        if let word { throw word }
      }
    } catch {
      outcome.error = error
    }
    return outcome
  }
}

extension ClientRequest {
  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

@Suite(.timeLimit(.minutes(1))) struct ServiceCallerTests {
  @Test func `a retry has the same content and invocation, and another date and signature`()
    async throws
  {
    let clock = Clock()
    let outcome = try await callOutcome(
      [.answer("InternalServerException", 500), nil],
      shared: .fixed(retries: RetryPolicy(attempts: 3)), clock: clock
    ) { _ in clock.advance(by: 1) }
    #expect(outcome.error == nil)
    try #require(outcome.sent.count == 2)
    let (first, second) = (outcome.sent[0], outcome.sent[1])
    #expect(first.body == second.body)
    #expect(first.field("amz-sdk-invocation-id") == second.field("amz-sdk-invocation-id"))
    #expect(first.field("amz-sdk-invocation-id")?.count == 36)
    #expect(first.field("amz-sdk-request") == "attempt=1; max=3")
    #expect(second.field("amz-sdk-request") == "attempt=2; max=3")
    #expect(first.field("X-Amz-Date") == "20251122T081553Z")
    #expect(second.field("X-Amz-Date") == "20251122T081554Z")
    #expect(first.field("Authorization") != second.field("Authorization"))
    #expect(first.field("Authorization")?.contains("amz-sdk") == false)
    #expect(first.deadline == .seconds(15))
  }

  @Test func `a retry tells until when its answer is of use, by the service's clock`() async throws
  {
    let date = [(name: "Date", value: "Sat, 22 Nov 2025 08:16:00 GMT")]
    let outcome = try await callOutcome(
      [.answer("SlowDown", 503, date), nil], shared: .fixed(retries: RetryPolicy()))
    #expect(outcome.sent.last?.field("amz-sdk-request") == "ttl=20251122T081615Z; attempt=2; max=3")
  }

  @Test func `the last error is the call's`() async throws {
    let outcome = try await callOutcome(
      [.answer("SlowDown", 503), .transfer(.timeout("late")), .answer("Throttling")],
      shared: .fixed(retries: RetryPolicy()))
    #expect(outcome.sent.count == 3)
    #expect(outcome.error == .service(ServiceError(code: "Throttling", status: 400)))
  }

  @Test func `the cancellation of a call ends its wait for the next try`() async throws {
    try await withWorker(.fixed(retries: RetryPolicy(random: { 1 }))) { context in
      let bound = LoopBound(context, to: context.tools.loop)
      let signal = SharedOutcome<Bool>()
      let task = Task(executorPreference: context.tools.loop) {
        await bound.value.outcome([.answer("SlowDown")]) { _ in signal.set(true) }
      }
      _ = await signal.wait()
      try await context.tools.loop.pause(for: .zero)
      task.cancel()
      let begin = Instant.now
      #expect(await task.value.sent.count == 1)
      #expect(Instant.now - begin < .milliseconds(900))
      bound.end()
    }
  }

  @Test func `an exhausted quota is shared by all workers, and ends retries`() async throws {
    let quota = RetryQuota()
    let shared = AWSShared.fixed(retries: RetryPolicy(), quota: quota)
    // 500 = 35 * 14 + 10: seventeen calls with two retries each, and one with one.
    var tries: [Int] = []
    for _ in 0..<19 {
      tries.append(
        try await callOutcome([.transfer(.connect("no"))], shared: shared).sent.count)
    }
    #expect(tries == Array(repeating: 3, count: 17) + [2, 1])
    #expect(quota.left == 10)
  }

  @Test func `two loops share one quota`() async throws {
    let quota = RetryQuota()
    let shared = AWSShared.fixed(retries: RetryPolicy(attempts: 1000), quota: quota)
    let sent = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask { try await callOutcome([.answer("Throttling")], shared: shared).sent.count }
      }
      return try await group.reduce(0, +)
    }
    #expect(sent == 2 + RetryQuota.capacity / 5)
    #expect(quota.left == 0)
  }

  @Test func `a success gives the cost of the last retry back, or one`() async throws {
    let quota = RetryQuota()
    let shared = AWSShared.fixed(retries: RetryPolicy(), quota: quota)
    _ = try await callOutcome(
      [.answer("Throttling"), .transfer(.closedEarly), nil], shared: shared)
    #expect(quota.left == 500 - 5)
    _ = try await callOutcome([nil], shared: shared)
    #expect(quota.left == 500 - 4)
    // An error is none.
    _ = try await callOutcome([.answer("ResourceNotFoundException")], shared: shared)
    #expect(quota.left == 500 - 4)
  }

  // MARK: Credentials

  private func shared(_ source: ScriptedSource) -> AWSShared {
    AWSShared(credentials: CredentialsStore(source), retries: RetryPolicy(attempts: 1))
  }

  @Test(arguments: [
    "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
    "InvalidAccessKeyId", "InvalidToken",
  ])
  func `refused credentials are replaced, and the call made once more`(code: String) async throws {
    let source = ScriptedSource(lifetime: nil, from: Clock())
    let outcome = try await callOutcome([.answer(code), nil], shared: shared(source))
    #expect(outcome.error == nil)
    #expect(outcome.pauses.isEmpty)
    #expect(outcome.sent.map { $0.field("Authorization")?.contains("AKID2/") } == [false, true])
  }

  /// The answer to a HEAD can't name its error.
  @Test(arguments: [("400", 2), ("403", 2), ("404", 1), ("AccessDenied", 1)])
  func `a HEAD that is refused without a code may be one with expired credentials`(
    code: String, tries: Int
  ) async throws {
    let refusal = CallFailure.answer(code, Int(code) ?? 403)
    let source = ScriptedSource(lifetime: nil, from: Clock())
    let head = try await callOutcome([refusal, nil], method: .head, shared: shared(source))
    #expect(head.sent.count == tries && source.asked == tries)
    #expect((head.error == nil) == (tries == 2))
    // Anything else has a body.
    let get = try await callOutcome([refusal, nil], method: .get, shared: shared(source))
    #expect(get.sent.count == 1)
  }

  @Test func `a HEAD that is forbidden is made once more at most, and every ten seconds`()
    async throws
  {
    let source = ScriptedSource(lifetime: nil, from: Clock())
    let shared = shared(source)
    let tries = [2, 1, 1]
    for count in tries {
      let outcome = try await callOutcome([.answer("403", 403)], method: .head, shared: shared)
      #expect(outcome.sent.count == count)
      #expect(outcome.error == .service(ServiceError(code: "403", status: 403)))
    }
    #expect(source.asked == 2)
  }

  @Test func `it is not made a third time`() async throws {
    let source = ScriptedSource(lifetime: nil, from: Clock())
    let outcome = try await callOutcome([.answer("ExpiredToken")], shared: shared(source))
    #expect(outcome.sent.count == 2 && source.asked == 2)
    #expect(outcome.error == .service(ServiceError(code: "ExpiredToken", status: 400)))
  }

  @Test func `without other credentials it is made once`() async throws {
    let outcome = try await callOutcome([.answer("ExpiredToken")], shared: .fixed())
    #expect(outcome.sent.count == 1)
  }

  // MARK: The clock

  private func date(_ text: String) -> [(name: String, value: String)] { [("Date", text)] }

  @Test(arguments: [
    "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
    "SignatureDoesNotMatch", "AuthFailure",
  ])
  func `a signature refused for its date corrects the clock, for later calls too`(
    code: String
  ) async throws {
    let told = Lock<[Int]>([])
    let offset = ClockOffset { seconds in told.withLock { $0.append(seconds) } }
    let shared = AWSShared.fixed(clockOffset: offset)
    let refusal = CallFailure.answer(code, 403, date("Sat, 22 Nov 2025 09:15:53 GMT"))
    let outcome = try await callOutcome([refusal, nil], shared: shared)
    #expect(
      outcome.sent.map { $0.field("X-Amz-Date") } == ["20251122T081553Z", "20251122T091553Z"])
    let later = try await callOutcome([nil], shared: shared)
    #expect(later.sent.first?.field("X-Amz-Date") == "20251122T091553Z")
    #expect(offset.seconds == 3600)
    #expect(told.withLock { $0 } == [3600])
  }

  @Test func `a clock that is set right later is found right`() async throws {
    let offset = ClockOffset()
    let shared = AWSShared.fixed(clockOffset: offset)
    let nine = CallFailure.answer(
      "RequestTimeTooSkewed", 403, date("Sat, 22 Nov 2025 09:15:53 GMT"))
    let clock = Clock()
    _ = try await callOutcome([nine, nil], shared: shared, clock: clock)
    clock.advance(by: 3600)
    let outcome = try await callOutcome([nine, nil], shared: shared, clock: clock)
    #expect(outcome.sent.count == 2 && offset.seconds == 0)
  }

  /// The clock was an hour slow when the offset was learnt. What lives for a quarter of an hour looks
  /// expired by that, and no call would ever show that it isn't.
  @Test func `a clock that is set right later doesn't end credentials`() async throws {
    let clock = Clock()
    let offset = ClockOffset()
    let source = ScriptedSource(lifetime: 900, from: clock)
    let shared = AWSShared(
      credentials: CredentialsStore(source), retries: RetryPolicy(attempts: 1),
      clockOffset: offset)
    let refusal = CallFailure.answer(
      "RequestTimeTooSkewed", 403, date("Sat, 22 Nov 2025 09:15:53 GMT"))
    clock.advance(by: -3600)
    let eight = CallFailure.answer(
      "RequestTimeTooSkewed", 403, date("Sat, 22 Nov 2025 08:15:53 GMT"))
    _ = try await callOutcome([eight, nil], shared: shared, clock: clock)
    #expect(offset.seconds == 3600)
    clock.advance(by: 7201)
    let outcome = try await callOutcome([refusal, nil], shared: shared, clock: clock)
    #expect(outcome.error == nil && outcome.sent.count == 2)
    // To the second it needn't be right.
    #expect(offset.seconds == 0)
  }

  @Test(arguments: [
    // A signature that is wrong by itself, at a good date; no date; none that can be read; no such code.
    CallFailure.answer(
      "SignatureDoesNotMatch", 403, [("Date", "Sat, 22 Nov 2025 08:19:53 GMT")]),
    .answer("SignatureDoesNotMatch", 403),
    .answer("SignatureDoesNotMatch", 403, [("Date", "tomorrow")]),
    .answer("AccessDenied", 403, [("Date", "Sat, 22 Nov 2025 09:15:53 GMT")]),
  ])
  func `any other refusal leaves the clock alone`(failure: CallFailure) async throws {
    let offset = ClockOffset()
    let outcome = try await callOutcome([failure], shared: .fixed(clockOffset: offset))
    #expect(outcome.sent.count == 1 && offset.seconds == 0)
  }

  @Test func `a clock that doesn't help is corrected once a call`() async throws {
    let clock = Clock()
    let refusal = CallFailure.answer(
      "RequestExpired", 403, date("Sat, 22 Nov 2025 09:15:53 GMT"))
    let outcome = try await callOutcome([refusal], shared: .fixed(), clock: clock) { _ in
      clock.advance(by: 7200)
    }
    #expect(outcome.sent.count == 2)
  }
}

extension HTTPClientError {
  fileprivate static var closedEarly: HTTPClientError { .cutShort("the connection has ended") }
}
