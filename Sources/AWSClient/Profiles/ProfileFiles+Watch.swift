public import EventLoop
import Glibc

extension ProfileFiles {
  /// Looks once a second from now on, on a thread of its own: where a file hangs, the workers go on with
  /// what was known before.
  ///
  /// - Returns: The thread, for who wants an end of that before the end of the process.
  @discardableResult
  public func watch() throws(SystemError) -> LoopThread {
    let thread = try LoopThread(name: "profiles")
    Task(executorPreference: thread.loop) { [loop = thread.loop] in
      while true {
        try await loop.pause(for: .seconds(1))
        self.look(at: time(nil))
      }
    }
    return thread
  }
}
