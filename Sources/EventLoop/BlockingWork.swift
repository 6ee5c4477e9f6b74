import Glibc

/// Work that may block for longer than anybody can wait, such as the lookup of a name or the reading of a
/// file on a network.
///
/// Each has a thread of its own, which ends with it. Swift's own threads are as many as the processors: a
/// few stuck reads on them would keep all others from beginning.
public enum BlockingWork {
  /// Begins it and returns. Throws where the system has no thread to give.
  public static func begin(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { Work.run($0) }, work.toOpaque())
    guard code == 0 else {
      work.release()
      throw SystemError("pthread_create", code: code)
    }
    pthread_detach(thread)
  }

  /// Waits for what comes of it; the thread that waits goes on with other work.
  public static func value<Value: Sendable>(
    of body: @escaping @Sendable () -> Value
  ) async throws(SystemError) -> Value {
    let result: Result<Value, SystemError> = await withCheckedContinuation { continuation in
      do throws(SystemError) {
        try begin { continuation.resume(returning: .success(body())) }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  /// What the thread is given.
  private final class Work {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }

    static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let pointer else { return nil }
      Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
      return nil
    }
  }
}
