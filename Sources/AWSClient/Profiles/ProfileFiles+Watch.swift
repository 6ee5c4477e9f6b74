public import EventLoop
import Files

extension ProfileFiles {
  /// Looks once a second from now on, on a thread of its own: where a file hangs, the workers go on with
  /// what was known before.
  ///
  /// - Returns: The thread, for who wants an end of that before the end of the process.
  @discardableResult
  public func watch() throws(SystemError) -> LoopThread {
    try LoopThread.everySecond("profiles") { self.look(at: $0) }
  }
}
