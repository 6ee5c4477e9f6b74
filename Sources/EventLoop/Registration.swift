/// A descriptor's place in its loop. When the value ends the handler hears no more.
///
/// The owner closes the descriptor right after; epoll forgets a closed descriptor by itself, which
/// saves a system call a connection. Who keeps it open ends the registration with ``remove()``.
public struct Registration: ~Copyable {
  private let loop: EventLoop
  private let descriptor: Int32
  private let token: UInt64

  init(loop: EventLoop, descriptor: Int32, token: UInt64) {
    self.loop = loop
    self.descriptor = descriptor
    self.token = token
  }

  deinit { loop.forget(descriptor, token: token) }

  /// Replaces what is watched.
  public func setInterest(_ interest: Readiness) throws(SystemError) {
    try loop.setInterest(interest, of: descriptor, token: token)
  }

  /// Ends the registration of a descriptor that stays open: without this a level-triggered event
  /// that nobody handles would wake the loop for ever.
  public consuming func remove() throws(SystemError) {
    try loop.unwatch(descriptor)
  }
}
