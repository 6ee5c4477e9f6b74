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

  /// Another form of the value, from the same place.
  public func map<Other>(_ form: (Value) -> Other) -> Setting<Other> {
    Setting<Other>(form(value), from: source)
  }
}

extension Setting: Equatable where Value: Equatable {}
