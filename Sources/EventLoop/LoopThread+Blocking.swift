extension LoopThread {
  /// Runs `body` on the loop, and blocks the calling thread until it has: for starting and stopping,
  /// where there is nothing else to do. Must not be called on a loop's thread.
  public func runBlocking<Value: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    Task(executorPreference: loop) { [loop] in
      do {
        outcome.set(.success(try await body(loop)))
      } catch {
        outcome.set(.failure(error))
      }
    }
    return try outcome.wait().get()
  }
}

/// A value that one thread sets and another waits for.
private final class Outcome<Value: Sendable>: Sendable {
  private let semaphore = Semaphore()
  private let value = Lock<Result<Value, any Error>?>(nil)

  func set(_ result: Result<Value, any Error>) {
    value.withLock { $0 = result }
    semaphore.signal()
  }

  func wait() -> Result<Value, any Error> {
    semaphore.wait()
    return value.withLock { $0! }
  }
}
