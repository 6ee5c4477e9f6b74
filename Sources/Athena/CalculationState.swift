/// The state of a calculation. Athena may have more of them tomorrow: an unknown one passes through.
public struct CalculationState: RawRepresentable, Hashable, Sendable {
  /// As Athena spells it.
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static let creating = Self(rawValue: "CREATING")
  public static let created = Self(rawValue: "CREATED")
  public static let queued = Self(rawValue: "QUEUED")
  public static let running = Self(rawValue: "RUNNING")
  public static let canceling = Self(rawValue: "CANCELING")
  public static let canceled = Self(rawValue: "CANCELED")
  public static let completed = Self(rawValue: "COMPLETED")
  public static let failed = Self(rawValue: "FAILED")

  /// Those of Athena's model.
  public static let known: [Self] = [
    .creating, .created, .queued, .running, .canceling, .canceled, .completed, .failed,
  ]

  /// Whether it is the last one.
  public var isTerminal: Bool {
    self == .completed || self == .failed || self == .canceled
  }
}
