/// The state of an executor, as a list of executors is filtered by it.
public struct ExecutorState: RawRepresentable, Hashable, Sendable {
  /// As Athena spells it.
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Those of Athena's model.
  public static let known = [
    "CREATING", "CREATED", "REGISTERED", "TERMINATING", "TERMINATED", "FAILED",
  ]
  .map(Self.init(rawValue:))
}
