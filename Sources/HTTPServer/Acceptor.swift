import EventLoop

/// Takes connections from a listener.
final class Acceptor: EventHandler {
  /// Connections in a tick: those that are open already must not wait for a flood of new ones.
  private static let connectionsPerTick = 64

  /// Whether more may be taken in this tick.
  enum Verdict {
    case goOn
    /// Not before so long has passed, or ``resume()`` is called.
    case pause(Duration)
  }

  private enum Outcome {
    case taken(Verdict)
    /// Nobody waits.
    case none
    /// There is no descriptor to be had.
    case exhausted
  }

  private let onConnection: (consuming Accepted) -> Verdict
  private var onDrained: (() -> Void)?
  private var listener: Listener?
  private var registration: Registration?
  private var retry: Deadline?
  private var isPaused = false

  /// Accepts from the next tick on.
  init(
    _ listener: consuming Listener, on loop: EventLoop,
    onConnection: @escaping (consuming Accepted) -> Verdict
  ) throws(SystemError) {
    self.onConnection = onConnection
    self.listener = listener
    retry = loop.makeDeadline { [unowned self] in goOn() }
    registration = try loop.register(listener.rawValue, [.readable], handler: self)
  }

  /// Goes on with those alone who are connecting already, and returns how long that may take them.
  func turnNewcomersAway() -> Duration {
    listener?.turnNewcomersAway() ?? .zero
  }

  /// Takes what the kernel has queued, since closing would reset it, and then stops listening: at once, or
  /// when descriptors have become free for the last of them.
  func drain(_ onDrained: @escaping () -> Void) {
    self.onDrained = onDrained
    drainOn()
  }

  private func drainOn() {
    while true {
      switch accept() {
      case .taken: continue
      case .exhausted: return pause(for: Self.patience)
      case .none:
        close()
        onDrained?()
        return
      }
    }
  }

  func close() {
    registration = nil
    listener = nil
    retry = nil
  }

  func handle(_ readiness: Readiness) {
    for _ in 0..<Self.connectionsPerTick {
      switch accept() {
      case .taken(.goOn): continue
      case .taken(.pause(let duration)): return pause(for: duration)
      // The listener stays readable: asking at once would spin, and no event will tell when a
      // descriptor is free again.
      case .exhausted: return pause(for: Self.patience)
      case .none: return
      }
    }
  }

  private func accept() -> Outcome {
    switch listener?.accept() ?? .wouldBlock {
    case .connection(let accepted): .taken(onConnection(accepted))
    case .wouldBlock: .none
    case .exhausted: .exhausted
    }
  }

  // MARK: Pausing

  /// How long a descriptor is waited for.
  private static let patience = Duration.milliseconds(100)

  private func pause(for duration: Duration) {
    setWatching(false)
    retry?.arm(after: duration)
  }

  /// Ends a pause.
  func resume() {
    guard isPaused, onDrained == nil else { return }
    goOn()
  }

  private func goOn() {
    guard onDrained == nil else { return drainOn() }
    retry?.disarm()
    setWatching(true)
  }

  private func setWatching(_ isWatching: Bool) {
    isPaused = !isWatching
    // Changing a watched descriptor fails for want of memory alone; then the next retry mends it.
    do {
      try registration?.setInterest(isWatching ? [.readable] : [])
    } catch {
      retry?.arm(after: Self.patience)
    }
  }
}
