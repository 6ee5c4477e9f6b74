import ArgumentParser
import HTTPServer
import Log
import Logging

/// What whoever runs the gateway gets to see of it.
struct SeeingFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "log-format", "How the log on standard error is written: text, or json for an object a line.",
      default: LogFormat.text))
  var format

  @Option(
    GatewaySetting(
      "log-level",
      "What the log has: error, warning, notice, info (a line for each request) or debug (also for health "
        + "checks).", default: LogLevel(level: .info)))
  var level

  @Option(
    GatewaySetting(
      "metrics-listen",
      "Where GET /metrics answers with the numbers of the gateway, for Prometheus: HOST:PORT, unix:PATH, or "
        + "none.", default: "\(standardMetrics); none where that is taken"))
  var metrics: GatewaySetting<MetricsAddress?>

  private static let standardMetrics = ListenAddress.loopback(port: 9464)

  func seeing(_ reader: inout SettingsReader) -> Seeing {
    let metrics = reader.value(metrics)
    return Seeing(
      format: reader.value(format), level: reader.value(level).level,
      metrics: metrics.map(\.address) ?? Self.standardMetrics, mustHaveMetrics: metrics != nil)
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

extension LogFormat: SettingValue {
  static let noun = "format"

  init(parsing text: String) throws {
    guard let format = LogFormat(rawValue: text) else {
      throw SettingsError(description: "\(text.quoted) is neither text nor json")
    }
    self = format
  }
}

/// The least level that the log has.
struct LogLevel: SettingValue {
  static let noun = "level"
  private static let all: [Logger.Level] = [.error, .warning, .notice, .info, .debug]

  let level: Logger.Level

  var description: String { level.rawValue }

  init(level: Logger.Level) { self.level = level }

  init(parsing text: String) throws {
    guard let level = Self.all.first(where: { $0.rawValue == text }) else {
      let names = Self.all.map(\.rawValue).joined(separator: ", ")
      throw SettingsError(description: "\(text.quoted) is none of \(names)")
    }
    self.level = level
  }
}

/// Where metrics are read.
struct MetricsAddress: SettingValue {
  static let noun = "address"

  /// nil for nowhere.
  let address: ListenAddress?

  var description: String { address.map { "\($0)" } ?? "none" }

  init(parsing text: String) throws {
    address = text == "none" ? nil : try ListenAddress(parsing: text)
  }
}
