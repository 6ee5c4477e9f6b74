import Athena
import EventLoop

/// What is known of one thing of Athena's, and who waits for it to change.
final class Watch<State: Sendable>: Sendable {
  typealias Outcome = Result<State, AthenaError>

  /// What a waiter is resumed with, besides what ends the polls.
  struct Wish {
    /// The number of a poll: only what later ones observe counts.
    var poll = 0
    /// Whether a poll that is throttled counts as well, with its error.
    var includesThrottling = false
    let isWanted: @Sendable (State) -> Bool
  }

  private struct Waiter {
    let wish: Wish
    let continuation: CheckedContinuation<Outcome?, Never>
  }

  private struct Knowledge {
    var latest: State?
    /// When that was observed, and by which poll.
    var observed = (at: Instant.never, poll: 0)
    /// How many polls have begun.
    var polled = 0
    /// What ended the polls; also, while they go on, what the last of them met with.
    var failure: AthenaError?
    /// Whether nothing more will be known.
    var isOver = false
    var polls: PollTask?
    /// The pause before the next of them.
    var pause: PollTask?
    var waiters: [Int: Waiter] = [:]
    var nextTicket = 0

    func isRecent(at now: Instant, within recency: Duration) -> Bool {
      latest != nil && now - observed.at <= recency
    }

    /// Whether the last observation, which is the state, is what is wished for.
    func answers(_ wish: Wish, with state: State) -> Bool {
      observed.poll > wish.poll && wish.isWanted(state)
    }

    mutating func takeWaiters(where isTaken: (Wish) -> Bool) -> [Waiter] {
      let taken = waiters.filter { isTaken($0.value.wish) }
      for ticket in taken.keys { waiters[ticket] = nil }
      return Array(taken.values)
    }
  }

  /// How old an observation may be to be told to who has just come.
  private static var recency: Duration { .milliseconds(250) }

  private let knowledge = Lock(Knowledge())
  private let now: @Sendable () -> Instant

  init(now: @escaping @Sendable () -> Instant) {
    self.now = now
  }

  var latest: State? { knowledge.withLock { $0.latest } }

  /// What was observed just now.
  var recent: State? {
    let now = now()
    return knowledge.withLock { $0.isRecent(at: now, within: Self.recency) ? $0.latest : nil }
  }

  /// The number of the poll that has begun last.
  var poll: Int { knowledge.withLock { $0.polled } }

  /// The number of the poll that has observed something last.
  var observedPoll: Int { knowledge.withLock { $0.observed.poll } }

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

  func beginPause(_ pause: PollTask) {
    knowledge.withLock { $0.pause = pause }
  }

  /// Whether the pause was left to its end.
  func endPause() -> Bool {
    knowledge.withLock { knowledge in
      defer { knowledge.pause = nil }
      return knowledge.pause != nil
    }
  }

  /// Has the next poll come now, for somebody to whom what is known is too old. Throttling is not hurried.
  func hurry() {
    let now = now()
    let pause = knowledge.withLock { knowledge -> PollTask? in
      guard knowledge.latest != nil, knowledge.failure == nil,
        !knowledge.isRecent(at: now, within: Self.recency)
      else { return nil }
      defer { knowledge.pause = nil }
      return knowledge.pause
    }
    pause?.cancel()
  }

  func beginPoll() {
    knowledge.withLock { $0.polled += 1 }
  }

  func observe(_ state: State, isLast: Bool) {
    let now = now()
    let waiters = knowledge.withLock { knowledge in
      (knowledge.latest, knowledge.failure, knowledge.isOver) = (state, nil, isLast)
      knowledge.observed = (now, knowledge.polled)
      let known = knowledge
      return knowledge.takeWaiters { isLast || known.answers($0, with: state) }
    }
    for waiter in waiters { waiter.continuation.resume(returning: .success(state)) }
  }

  /// Who waits for a state is not told: the next poll may succeed.
  func observeThrottling(_ error: AthenaError) {
    let waiters = knowledge.withLock { knowledge in
      knowledge.failure = error
      return knowledge.takeWaiters(where: \.includesThrottling)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
  }

  func fail(_ error: AthenaError) {
    let waiters = knowledge.withLock { knowledge in
      (knowledge.failure, knowledge.isOver) = (error, true)
      return knowledge.takeWaiters { _ in true }
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

  /// Has the continuation resumed with what is wished for, or with what ended the polls.
  func wait(
    _ ticket: Int, for wish: Wish, _ continuation: CheckedContinuation<Outcome?, Never>
  ) {
    let outcome = knowledge.withLock { knowledge -> Outcome? in
      if knowledge.isOver, let failure = knowledge.failure { return .failure(failure) }
      if let latest = knowledge.latest, knowledge.isOver || knowledge.answers(wish, with: latest) {
        return .success(latest)
      }
      knowledge.waiters[ticket] = Waiter(wish: wish, continuation: continuation)
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
