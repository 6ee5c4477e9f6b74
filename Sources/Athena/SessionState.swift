/// The state of a session. Athena may have more of them tomorrow: an unknown one passes through.
public struct SessionState: RawRepresentable, Hashable, Sendable {
  /// As Athena spells it.
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static let creating = Self(rawValue: "CREATING")
  public static let created = Self(rawValue: "CREATED")
  public static let idle = Self(rawValue: "IDLE")
  public static let busy = Self(rawValue: "BUSY")
  public static let terminating = Self(rawValue: "TERMINATING")
  public static let terminated = Self(rawValue: "TERMINATED")
  public static let degraded = Self(rawValue: "DEGRADED")
  public static let failed = Self(rawValue: "FAILED")

  /// Those of Athena's model.
  public static let known: [Self] = [
    .creating, .created, .idle, .busy, .terminating, .terminated, .degraded, .failed,
  ]

  /// Whether the session will take no calculation again.
  public var isEnded: Bool {
    self == .terminating || self == .terminated || self == .degraded || self == .failed
  }
}
