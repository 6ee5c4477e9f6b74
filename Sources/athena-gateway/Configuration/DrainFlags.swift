import ArgumentParser

/// How the gateway ends.
struct DrainFlags: ParsableArguments {
  private static let longest = TimeSpan(.seconds(86_400))

  @Option(
    GatewaySetting(
      "drain-delay",
      "How long SIGTERM leaves balancers to see /readyz fail, while everybody is still served.",
      default: TimeSpan(.seconds(5)), in: TimeSpan(milliseconds: 0)...longest))
  var delay

  @Option(
    GatewaySetting(
      "grace-period",
      "From the signal to the end: what is not answered by then is cut, and the exit status is 1.",
      default: TimeSpan(.seconds(30)), in: TimeSpan(milliseconds: 1)...longest))
  var grace

  func times(_ reader: inout SettingsReader) -> DrainTimes {
    let times = DrainTimes(delay: reader.value(delay), grace: reader.value(grace))
    reader.check((delay, times.delay), isPartOf: (grace, times.grace), <)
    return times
  }
}

/// How long the gateway takes to end.
struct DrainTimes {
  /// From SIGTERM, with connections still accepted.
  let delay: TimeSpan
  /// From the signal to the cut; the delay is part of it.
  let grace: TimeSpan
}
