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

  private let onConnection: (consuming FileDescriptor) -> Verdict
  private var listener: Listener?
  private var registration: Registration?
  private var retry: Deadline?

  /// Accepts from the next tick on.
  init(
    _ listener: consuming Listener, on loop: EventLoop,
    onConnection: @escaping (consuming FileDescriptor) -> Verdict
  ) throws(SystemError) {
    self.onConnection = onConnection
    self.listener = listener
    retry = loop.makeDeadline { [unowned self] in setWatching(true) }
    registration = try loop.register(listener.rawValue, [.readable], handler: self)
  }

  /// Goes on with those alone who are connecting already, and returns how long that may take them.
  func turnNewcomersAway() -> Duration {
    listener?.turnNewcomersAway() ?? .zero
  }

  /// Takes what the kernel has queued, since closing would reset it, and stops listening.
  func drain() {
    while case .taken = accept() { continue }
    close()
  }

  func close() {
    // The listener may be other workers' too, and stay open.
    try? registration.take()?.remove()
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
      setWatching(false)
      retry?.arm(after: .milliseconds(100))
      return .none
    }
  }

  private func setWatching(_ isWatching: Bool) {
    // Changing a watched descriptor fails for want of memory alone; then the next retry mends it.
    do {
      try registration?.setInterest(isWatching ? [.readable] : [])
    } catch {
      retry?.arm(after: .milliseconds(100))
    }
  }
}
