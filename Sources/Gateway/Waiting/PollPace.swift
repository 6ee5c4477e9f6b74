/// How often Athena is asked about something that callers wait for.
struct PollPace {
  private static let first = Duration.milliseconds(250)
  private static let longest = Duration.seconds(5)
  private static let longestThrottled = Duration.seconds(20)

  private var interval = Self.first

  /// The pause before the next poll; the one after it is longer.
  ///
  /// - Parameter random: From 0 to 1. A pause is up to a fifth shorter for it, so that the polls of many
  ///   gateways that began together part.
  mutating func next(random: Double) -> Duration {
    let pause = min(interval, Self.longest)
    interval = min(pause * 1.5, Self.longest)
    return pause * (1 - random / 5)
  }

  /// The pause after a poll that was throttled.
  mutating func backOff(random: Double) -> Duration {
    interval = min(max(interval * 2, .seconds(1)), Self.longestThrottled)
    return interval * (1 - random / 5)
  }
}
