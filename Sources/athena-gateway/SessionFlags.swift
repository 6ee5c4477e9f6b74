import ArgumentParser
import Athena
import Gateway
import JSON

/// The flags of what a session has where its caller says nothing of it.
struct SessionFlags: ParsableArguments {
  @Option(
    name: .customLong("work-group"),
    help: ArgumentHelp(
      "The workgroup of sessions that are started or listed without one. (default: callers name it; with "
        + "--local 'primary')", valueName: "name"))
  var workGroup: String?

  @Option(
    name: .customLong("max-concurrent-dpus"),
    help: ArgumentHelp(
      "The DPUs that a session may have at once, where its caller gives no engineConfiguration.",
      valueName: "number"))
  var maxConcurrentDPUs = 20

  @Option(
    name: .customLong("session-idle-timeout"),
    help: ArgumentHelp(
      "How long a session may idle before Athena ends it, in whole minutes, as in 30m. (default: "
        + "Athena's own, 20m)", valueName: "time"),
    transform: TimeSpan.init(parsing:))
  var idleTimeout: TimeSpan?

  /// The defaults, with what is wrong with them noted.
  func defaults(isLocal: Bool, _ problems: inout Problems) -> SessionDefaults {
    if let workGroup, let fault = Shape.workGroup.fault(in: .string(workGroup)) {
      problems.add("--work-group: '\(workGroup.prefix(100))' \(fault)")
    }
    problems.check("--max-concurrent-dpus", maxConcurrentDPUs, in: 2...5000)
    if let idleTimeout {
      let minute = 60_000
      problems.check(
        "--session-idle-timeout", idleTimeout,
        in: TimeSpan(milliseconds: minute)...TimeSpan(milliseconds: 480 * minute))
      if idleTimeout.milliseconds % minute != 0 {
        problems.add("--session-idle-timeout: \(idleTimeout) is not in whole minutes, as in 30m")
      }
    }
    return SessionDefaults(
      workGroup: workGroup ?? (isLocal ? "primary" : nil),
      maxConcurrentDPUs: maxConcurrentDPUs,
      idleTimeoutInMinutes: idleTimeout.map { $0.milliseconds / 60_000 })
  }
}
