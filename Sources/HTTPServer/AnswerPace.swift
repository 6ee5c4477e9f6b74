import EventLoop

/// How fast a peer takes an answer. Time counts only while it is the peer that is waited for, and from one
/// wait to the next: who takes a little of each piece in time is slow all the same.
struct AnswerPace {
  /// How long a peer may take nothing at all.
  private let stall: Duration
  private var pace: Pace
  private var taken = 0
  private var lastTaken: Instant
  /// Since when nothing waits for the peer; nil while something does.
  private var freeSince: Instant?

  /// Begins with the first wait.
  init(stall: Duration, rate: Int, now: Instant) {
    self.stall = stall
    pace = Pace(begin: now, grace: stall, rate: rate)
    lastTaken = now
  }

  /// The moment from which what has been taken is too little.
  var limit: Instant { min(pace.limit(after: taken), lastTaken + stall) }

  mutating func take(_ count: Int, now: Instant) {
    guard count > 0 else { return }
    taken += count
    lastTaken = now
  }

  mutating func endWait(now: Instant) {
    freeSince = now
  }

  mutating func beginWait(now: Instant) {
    guard let freeSince else { return }
    pace.begin = pace.begin + (now - freeSince)
    lastTaken = now
    self.freeSince = nil
  }
}
