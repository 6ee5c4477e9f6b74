import Athena
import EventLoop

/// What is known of one thing of Athena's, and who waits for it to change.
final class Watch<State: Sendable>: Sendable {
  typealias Outcome = Result<State, AthenaError>

  private struct Waiter {
    let isWanted: @Sendable (State) -> Bool
    let continuation: CheckedContinuation<Outcome?, Never>
  }

  private struct Knowledge {
    var latest: State?
    /// What ended the polls; also, while they go on, what the last of them met with.
    var failure: AthenaError?
    /// Whether nothing more will be known.
    var isOver = false
    var polls: PollTask?
    var waiters: [Int: Waiter] = [:]
    var nextTicket = 0
  }

  private let knowledge = Lock(Knowledge())

  var latest: State? { knowledge.withLock { $0.latest } }

  /// The error of the last poll, if it had one.
  var failure: AthenaError? { knowledge.withLock { $0.failure } }

  // MARK: The polls

  func begin(_ polls: PollTask) {
    knowledge.withLock { $0.polls = polls }
  }

  /// The last watcher has left.
  func end() {
    knowledge.withLock { $0.polls }?.cancel()
  }

  func observe(_ state: State, isLast: Bool) {
    let waiters = knowledge.withLock { knowledge in
      (knowledge.latest, knowledge.failure, knowledge.isOver) = (state, nil, isLast)
      let waiters = knowledge.waiters.filter { isLast || $0.value.isWanted(state) }
      for ticket in waiters.keys { knowledge.waiters[ticket] = nil }
      return waiters
    }
    for waiter in waiters.values { waiter.continuation.resume(returning: .success(state)) }
  }

  /// Nobody who waits is told: the next poll may succeed.
  func observeThrottling(_ error: AthenaError) {
    knowledge.withLock { $0.failure = error }
  }

  func fail(_ error: AthenaError) {
    let waiters = knowledge.withLock { knowledge in
      (knowledge.failure, knowledge.isOver) = (error, true)
      defer { knowledge.waiters = [:] }
      return knowledge.waiters.values
    }
    for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
  }

  // MARK: The waiters

  func makeTicket() -> Int {
    knowledge.withLock { knowledge in
      defer { knowledge.nextTicket += 1 }
      return knowledge.nextTicket
    }
  }

  /// Has the continuation resumed with a state that is wanted, or with what ended the polls.
  ///
  /// - Parameter isFresh: Whether only what is still to be observed counts.
  func wait(
    _ ticket: Int, isFresh: Bool, for isWanted: @escaping @Sendable (State) -> Bool,
    _ continuation: CheckedContinuation<Outcome?, Never>
  ) {
    let outcome = knowledge.withLock { knowledge -> Outcome? in
      if knowledge.isOver, let failure = knowledge.failure { return .failure(failure) }
      if let latest = knowledge.latest, knowledge.isOver || (!isFresh && isWanted(latest)) {
        return .success(latest)
      }
      knowledge.waiters[ticket] = Waiter(isWanted: isWanted, continuation: continuation)
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
  }

  /// Resumes it with nil, if it still waits.
  func giveUp(_ ticket: Int) {
    let waiter = knowledge.withLock { $0.waiters.removeValue(forKey: ticket) }
    waiter?.continuation.resume(returning: nil)
  }
}
