import EventLoop
import Gateway
import Glibc
import HTTPServer
import Synchronization

/// The end of the gateway in good order: first it is not ready any more, then it takes nobody new, then
/// the last answer is sent.
struct Shutdown {
  enum Outcome {
    /// Everything that was begun is answered.
    case drained
    /// The grace period was over before, and so many connections were cut.
    case cut(connections: Int)
    /// A second signal came before, and so many connections were cut.
    case interrupted(by: Int32, connections: Int)

    /// The same, once the local Athena has ended as well: in order where the gateway has, which a signal can cut
    /// short.
    func ending(_ local: LocalAthenaThread?, _ signals: Signals) -> Outcome {
      guard case .drained = self else {
        local?.kill()
        return self
      }
      return local?.stop(signals).map { .interrupted(by: $0, connections: 0) } ?? self
    }

    /// Ends the process where it can't return: with the status that says why.
    func endProcess() -> Never {
      if case .interrupted(let second, _) = self { Signals.die(of: second) }
      _exit(EXIT_FAILURE)
    }
  }

  let signals: Signals
  let workers: [Worker]
  let times: DrainTimes

  /// - Parameter waits: Whether balancers get the time to see that the gateway is not ready.
  func run(waits: Bool) -> Outcome {
    let start = Instant.now
    for worker in workers {
      worker.begin { parts in
        parts.gateway.beginDraining()
        parts.server.endConnectionsGently()
      }
    }
    if waits, let second = nextEnd(before: start + times.delay.duration) {
      return .interrupted(by: second, connections: cut().connections)
    }
    let end = start + times.grace.duration
    switch onAll(before: end, { await $0.drain(before: end) }) {
    case .done: return .drained
    case .late:
      let (connections, wait) = cut()
      // Who has his answer and doesn't close misses nothing.
      if case .done = wait, connections == 0 { return .drained }
      return .cut(connections: connections)
    case .interrupted(let second): return .interrupted(by: second, connections: cut().connections)
    }
  }

  /// What is cut is reset, so that nobody takes the part of an answer for the whole. Returns once each request
  /// that was cut has its line in the log, and how many there were.
  private func cut() -> (connections: Int, Wait) {
    let connections = Total()
    // A worker that doesn't even do this in a second hangs, and the process ends without it.
    let wait = onAll(before: .now + .seconds(1)) { parts in
      connections.add(parts.server.unansweredCount)
      await parts.server.cut()
    }
    return (connections.value, wait)
  }

  private enum Wait {
    case done
    case late
    case interrupted(by: Int32)
  }

  /// Has every worker do something, and waits until all have.
  private func onAll(
    before instant: Instant, _ action: @escaping @Sendable (Worker.Parts) async -> Void
  ) -> Wait {
    let done = Total()
    for worker in workers {
      worker.begin(action) { [signals, workers] in
        if done.add(1) == workers.count { signals.wake() }
      }
    }
    while done.value < workers.count {
      switch signals.next(before: instant) {
      case .end(let signal): return .interrupted(by: signal)
      case .reload, .wake: continue
      case nil: return .late
      }
    }
    return .done
  }

  /// The signal that comes before the instant, if one does.
  private func nextEnd(before instant: Instant) -> Int32? {
    while let event = signals.next(before: instant) {
      if case .end(let signal) = event { return signal }
    }
    return nil
  }
}

extension Worker.Parts {
  /// Who has left without his answer has what was started for him stopped, even where no connection is left.
  fileprivate func drain(before end: Instant) async {
    await server.drain(before: end)
    await gateway.finish()
  }
}

/// A number that threads add to.
final class Total: Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .acquiring) }

  /// Returns the new total.
  @discardableResult
  func add(_ amount: Int) -> Int {
    number.add(amount, ordering: .acquiringAndReleasing).newValue
  }
}
