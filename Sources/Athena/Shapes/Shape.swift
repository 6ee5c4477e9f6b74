/// The type of a value in Athena's model, with the model's constraints.
///
/// What the gateway carries without judging it is described by shapes: one table for what callers send,
/// what Athena answers, and what openapi.yaml says of both.
public enum Shape: Sendable, Equatable {
  /// - Parameters:
  ///   - length: In characters, which are Unicode scalars to Athena.
  ///   - pattern: What the whole text matches.
  case string(length: ClosedRange<Int>? = nil, pattern: Pattern? = nil)
  case integer(ClosedRange<Int>? = nil)
  case boolean
  /// Seconds since 1970.
  case timestamp
  indirect case list(Shape)
  /// Its keys are the caller's own words.
  indirect case map(key: Shape, value: Shape)
  case structure([Member])

  /// A member of a structure.
  public struct Member: Sendable, Equatable {
    /// Athena's name, in UpperCamelCase.
    public let name: String
    public let shape: Shape
    public let isRequired: Bool

    public init(_ name: String, _ shape: Shape, isRequired: Bool = false) {
      self.name = name
      self.shape = shape
      self.isRequired = isRequired
    }

    /// The name in the REST API.
    public var lowerCamelCase: String {
      name.prefix(1).lowercased() + name.dropFirst()
    }
  }
}
