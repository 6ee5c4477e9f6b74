import EventLoop

/// How fast bytes must come on: after a first time of grace so many a second on average.
struct Pace {
  var begin: Instant
  let grace: Duration
  /// Bytes a second; 0 asks for none.
  let rate: Int

  /// The moment from which these bytes are too few.
  func limit(after count: Int) -> Instant {
    guard rate > 0 else { return .never }
    return begin + max(grace, .seconds(count) / rate)
  }
}
