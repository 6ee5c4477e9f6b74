import CLinux
import Glibc

/// A thread that does nothing but run a loop.
public final class LoopThread: Sendable {
  public let loop: EventLoop
  private let handle: pthread_t

  /// Starts the thread; its name is cut to 15 characters.
  public init(name: String) throws(SystemError) {
    let loop = try EventLoop()
    self.loop = loop
    let start = Unmanaged.passRetained(Start(loop: loop, name: name))
    var handle = pthread_t()
    let code = pthread_create(&handle, nil, { Start.run($0) }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemError("pthread_create", code: code)
    }
    self.handle = handle
  }

  /// Ends the loop and waits for its thread.
  public func stopAndJoin() {
    loop.stop()
    pthread_join(handle, nil)
  }

  /// What the new thread is given.
  private final class Start {
    let loop: EventLoop
    let name: String

    init(loop: EventLoop, name: String) {
      self.loop = loop
      self.name = name
    }

    static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let pointer else { return nil }
      let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
      clinux_name_thread(start.name)
      start.loop.runUntilStopped()
      return nil
    }
  }
}
