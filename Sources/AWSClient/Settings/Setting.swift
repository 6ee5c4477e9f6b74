/// A value, and which setting it is from.
public struct Setting<Value: Sendable>: Sendable {
  public let value: Value
  /// The variable, flag or file's setting, as messages name it: `AWS_REGION`, `region of the profile
  /// default`.
  public let source: String

  public init(_ value: Value, from source: String) {
    self.value = value
    self.source = source
  }
}

extension Setting: Equatable where Value: Equatable {}
