import ArgumentParser
import Athena
import Gateway
import JSON

/// What a session has where its caller says nothing of it.
struct SessionFlags: ParsableArguments {
  private static let minute = TimeSpan(.seconds(60))

  @Option(
    GatewaySetting(
      "work-group", as: "name",
      "The workgroup of sessions that are started or listed without one.",
      default: "callers name it; with --local 'primary'",
      checking: {
        guard let fault = Shape.workGroup.fault(in: .string($0)) else { return }
        throw SettingsError(description: "\($0.quoted) \(fault)")
      }))
  var workGroup: GatewaySetting<String?>

  @Option(
    GatewaySetting(
      "max-concurrent-dpus",
      "The DPUs that a session may have at once, where its caller gives no engineConfiguration.",
      default: 20, in: 2...5000))
  var maxConcurrentDPUs

  @Option(
    GatewaySetting(
      "session-idle-timeout",
      "How long a session may idle before Athena ends it, in whole minutes, as in 30m.",
      default: "Athena's own, 20m",
      checking: {
        try (minute...TimeSpan(.seconds(8 * 3600))).check($0)
        guard $0.milliseconds % minute.milliseconds == 0 else {
          throw SettingsError(description: "\($0) is not in whole minutes, as in 30m")
        }
      }))
  var idleTimeout: GatewaySetting<TimeSpan?>

  func defaults(isLocal: Bool, _ reader: inout SettingsReader) -> SessionDefaults {
    SessionDefaults(
      workGroup: reader.value(workGroup) ?? (isLocal ? "primary" : nil),
      maxConcurrentDPUs: reader.value(maxConcurrentDPUs),
      idleTimeoutInMinutes: reader.value(idleTimeout).map {
        $0.milliseconds / Self.minute.milliseconds
      })
  }
}
