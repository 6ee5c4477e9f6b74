public import EventLoop
import Glibc

extension LoopThread {
  /// Begins a thread that calls `look` with the wall clock once a second: reading a file can take for ever
  /// where its home is on a network, and nobody else is to wait for it.
  ///
  /// - Returns: The thread, for who wants an end of that before the end of the process.
  @discardableResult
  public static func everySecond(
    _ name: String, _ look: @escaping @Sendable (_ second: Int) -> Void
  ) throws(SystemError) -> LoopThread {
    let thread = try LoopThread(name: name)
    Task(executorPreference: thread.loop) { [loop = thread.loop] in
      while true {
        try await loop.pause(for: .seconds(1))
        look(time(nil))
      }
    }
    return thread
  }
}
