import ArgumentParser

/// The flags of how the gateway ends.
struct DrainFlags: ParsableArguments {
  private static let delay = TimeSpan(.seconds(5))
  private static let grace = TimeSpan(.seconds(30))

  @Option(
    help: .time(
      "How long SIGTERM leaves balancers to see /readyz fail, while everybody is still served.",
      default: delay),
    transform: TimeSpan.init(parsing:))
  var drainDelay = delay

  @Option(
    help: .time(
      "From the signal to the end: what is not answered by then is cut, and the exit status is 1.",
      default: grace),
    transform: TimeSpan.init(parsing:))
  var gracePeriod = grace

  /// The times, with what is wrong with them noted.
  func times(_ problems: inout Problems) -> DrainTimes {
    let longest = TimeSpan(.seconds(86_400))
    problems.check("--drain-delay", drainDelay, in: TimeSpan(milliseconds: 0)...longest)
    problems.check("--grace-period", gracePeriod, in: TimeSpan(milliseconds: 1)...longest)
    problems.check(
      ("--drain-delay", drainDelay, Self.delay),
      isPartOf: ("--grace-period", gracePeriod, Self.grace),
      (<))
    return DrainTimes(delay: drainDelay, grace: gracePeriod)
  }
}

/// How long the gateway takes to end.
struct DrainTimes {
  /// From SIGTERM, with connections still accepted.
  let delay: TimeSpan
  /// From the signal to the cut; the delay is part of it.
  let grace: TimeSpan
}
