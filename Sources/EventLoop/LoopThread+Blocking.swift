import Glibc

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
// `@unchecked`: the semaphore is made for threads to share; it orders the value's write before its
// read.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let value = Lock<Result<Value, any Error>?>(nil)

  init() {
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func set(_ result: Result<Value, any Error>) {
    value.withLock { $0 = result }
    sem_post(semaphore)
  }

  func wait() -> Result<Value, any Error> {
    while sem_wait(semaphore) != 0 {}
    return value.withLock { $0! }
  }
}
