import EventLoop
import HTTPClient
import SigV4

@testable import AWSClient

/// A wall clock that a test sets.
final class Clock: Sendable {
  private let seconds: Lock<Int>

  init(_ seconds: Int = 1_763_799_353) { self.seconds = Lock(seconds) }

  var now: Int { seconds.withLock { $0 } }

  func advance(by more: Int) { seconds.withLock { $0 += more } }
}

extension AWSShared {
  static func fixed(
    _ credentials: Credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "s"),
    retries: RetryPolicy = RetryPolicy(attempts: 1), quota: RetryQuota = RetryQuota(),
    clockOffset: ClockOffset = ClockOffset()
  ) -> AWSShared {
    AWSShared(
      credentials: CredentialsStore(credentials), retries: retries, quota: quota,
      clockOffset: clockOffset)
  }
}

/// Runs `body` on a loop of its own, with what a worker has.
func withWorker<Value: Sendable>(
  _ shared: AWSShared = .fixed(), clock: Clock = Clock(),
  pause: (@Sendable (Duration) async throws(CancellationError) -> Void)? = nil,
  _ body: @escaping @Sendable (AWSContext) async throws -> Value
) async throws -> Value {
  let thread = try LoopThread(name: "worker")
  defer { thread.stopAndJoin() }
  let loop = thread.loop
  return try await Task(executorPreference: loop) {
    let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
    defer { client.close() }
    let context = AWSContext(
      on: loop, http: client, region: Region("eu-west-1")!, shared: shared,
      clock: { clock.now }, pause: pause)
    return try await body(context)
  }.value
}
