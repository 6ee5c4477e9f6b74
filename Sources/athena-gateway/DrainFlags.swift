import ArgumentParser

/// The flags of how the gateway ends.
struct DrainFlags: ParsableArguments {
  @Option(
    help: .time(
      "How long SIGTERM leaves balancers to see /readyz fail, while everybody is still served.",
      default: .init(.seconds(5))),
    transform: TimeSpan.init(parsing:))
  var drainDelay = TimeSpan(.seconds(5))

  @Option(
    help: .time(
      "From the signal to the end: what is not answered by then is cut, and the exit status is 1.",
      default: .init(.seconds(30))),
    transform: TimeSpan.init(parsing:))
  var gracePeriod = TimeSpan(.seconds(30))

  /// The times, with what is wrong with them noted.
  func times(_ problems: inout Problems) -> DrainTimes {
    let longest = TimeSpan(.seconds(86_400))
    problems.check("--drain-delay", drainDelay, in: TimeSpan(milliseconds: 0)...longest)
    problems.check("--grace-period", gracePeriod, in: TimeSpan(milliseconds: 1)...longest)
    if drainDelay >= gracePeriod {
      problems.add(
        "--drain-delay: \(drainDelay) is not less than --grace-period, \(gracePeriod), which it is part "
          + "of")
    }
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
