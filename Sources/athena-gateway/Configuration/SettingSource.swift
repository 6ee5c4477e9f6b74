import Configuration
import EventLoop

/// Where a setting's value is from, in the order of their rank.
enum SettingSource: Equatable {
  case flag
  case variable
  /// The configuration file, as it was named.
  case file(String)
  /// Nobody has set it.
  case standard

  /// What messages call the setting of that name.
  func label(of name: String) -> String {
    switch self {
    case .flag, .standard: "--\(name)"
    case .variable: Self.variable(name)
    case .file(let path): "\(path), /\(name.prefix(100))"
    }
  }

  static let variablePrefix = "ATHENA_GATEWAY_"

  static func variable(_ name: String) -> String {
    variablePrefix + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
  }

  // For the library, which makes the same variables of such keys.

  static let scope: ConfigKey = ["athena-gateway"]

  static func key(_ name: String) -> AbsoluteConfigKey {
    AbsoluteConfigKey(scope.components + [name])
  }
}

/// Remembers how the last value was found.
final class LastAccess: AccessReporter {
  private let count = Lock(0)

  func report(_ event: AccessEvent) {
    count.withLock { $0 = event.providerResults.count }
  }

  /// How many providers were asked, the one that had the value included.
  var providersAsked: Int { count.withLock { $0 } }
}
