import ArgumentParser
import HTTPServer
import Log
import Logging

/// The flags of what whoever runs the gateway gets to see of it.
struct SeeingFlags: ParsableArguments {
  private static let defaultMetrics = "127.0.0.1:9464"
  private static let levels: [Logger.Level] = [.error, .warning, .notice, .info, .debug]

  @Option(
    name: .customLong("log-format"),
    help: ArgumentHelp(
      "How the log on standard error is written: text, or json for an object a line.",
      valueName: "format"))
  var format = "text"

  @Option(
    name: .customLong("log-level"),
    help: ArgumentHelp(
      "What the log has: error, warning, notice, info (a line for each request) or debug (also for health "
        + "checks).", valueName: "level"))
  var level = "info"

  @Option(
    name: .customLong("metrics-listen"),
    help: ArgumentHelp(
      "Where GET /metrics answers with the numbers of the gateway, for Prometheus: HOST:PORT, unix:PATH, or "
        + "none. (default: \(defaultMetrics); none where that is taken)", valueName: "address"))
  var metrics: String?

  /// What they say, with what is wrong with them noted.
  func seeing(_ problems: inout Problems) -> Seeing {
    let format = LogFormat(rawValue: format)
    if format == nil {
      problems.add("--log-format: '\(self.format.prefix(100))' is neither text nor json")
    }
    let level = Self.levels.first { $0.rawValue == self.level }
    if level == nil {
      let names = Self.levels.map(\.rawValue).joined(separator: ", ")
      problems.add("--log-level: '\(self.level.prefix(100))' is none of \(names)")
    }
    var address: ListenAddress?
    if metrics != "none" {
      address = problems.noting("--metrics-listen") {
        try ListenAddress(parsing: metrics ?? Self.defaultMetrics)
      }
    }
    return Seeing(
      format: format ?? .text, level: level ?? .info, metrics: address,
      mustHaveMetrics: metrics != nil)
  }
}

/// What whoever runs the gateway gets to see of it.
struct Seeing: Sendable {
  let format: LogFormat
  /// The least level that the log has.
  let level: Logger.Level
  /// Where the metrics are; nil for nowhere.
  let metrics: ListenAddress?
  /// Whether the gateway must not start without them.
  let mustHaveMetrics: Bool
}
