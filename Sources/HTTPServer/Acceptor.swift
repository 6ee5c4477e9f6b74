import EventLoop

/// Takes connections from a listener.
final class Acceptor: EventHandler {
  /// Connections in a tick: those that are open already must not wait for a flood of new ones.
  private static let connectionsPerTick = 64

  /// Whether more may be taken in this tick.
  enum Verdict {
    case goOn
    case enough
  }

  private enum Outcome {
    case taken(Verdict)
    /// There is none to be had.
    case none
  }

  private let loop: EventLoop
  private let onConnection: (consuming FileDescriptor) -> Verdict
  private var listener: Listener?
  private var registration: Registration?
  private var retry: Deadline?

  /// Accepts from the next tick on.
  init(
    _ listener: consuming Listener, on loop: EventLoop,
    onConnection: @escaping (consuming FileDescriptor) -> Verdict
  ) throws(SystemError) {
    self.loop = loop
    self.onConnection = onConnection
    self.listener = listener
    retry = loop.makeDeadline { [unowned self] in retryWatching() }
    try watch()
  }

  /// Goes on with those alone who are connecting already.
  func turnNewcomersAway() {
    listener?.turnNewcomersAway()
  }

  /// Takes what the kernel has queued, since closing would reset it, and stops listening.
  func drain() {
    while case .taken = accept() { continue }
    close()
  }

  func close() {
    stopWatching()
    listener = nil
    retry = nil
  }

  func handle(_ readiness: Readiness) {
    for _ in 0..<Self.connectionsPerTick {
      guard case .taken(.goOn) = accept() else { return }
    }
  }

  private func accept() -> Outcome {
    switch listener?.accept() ?? .wouldBlock {
    case .connection(let descriptor): return .taken(onConnection(descriptor))
    case .wouldBlock: return .none
    case .exhausted:
      // The listener stays readable: asking at once would spin, and no event will tell when a
      // descriptor is free again.
      stopWatching()
      retry?.arm(after: .milliseconds(100))
      return .none
    }
  }

  private func watch() throws(SystemError) {
    guard let listener else { return }
    registration = try loop.register(listener.rawValue, [.readable, .byOneLoop], handler: self)
  }

  /// The listener may be other workers' too and stay open. And what wakes one loop alone can't be changed,
  /// only removed (epoll_ctl(2), EPOLLEXCLUSIVE).
  private func stopWatching() {
    // Fails for a descriptor that is not watched alone.
    try? registration.take()?.remove()
  }

  private func retryWatching() {
    // Fails for want of memory alone.
    do {
      try watch()
    } catch {
      retry?.arm(after: .milliseconds(100))
    }
  }
}
