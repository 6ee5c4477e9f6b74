/// The variables that AWS's tools read.
public struct AWSEnvironment: Sendable {
  private let variables: [String: String]

  public init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// The value of a variable; an empty one is an unset one, as botocore has it.
  public subscript(name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }
}
