public import HTTPTypes

/// Fields that are the same on many answers: they are put together once, and written as they are.
public struct StandingFields: Sendable {
  public static let none = StandingFields([:])

  public let fields: HTTPFields
  /// As field lines (RFC 9112 §5), each behind a CR LF.
  package let lines: [UInt8]

  public init(_ fields: HTTPFields) {
    self.fields = fields
    var lines: [UInt8] = []
    for field in fields { lines.append(line: field) }
    self.lines = lines
  }

  /// Those and one more.
  public func adding(_ name: HTTPField.Name, _ value: String) -> StandingFields {
    var fields = fields
    fields.append(HTTPField(name: name, value: value))
    return StandingFields(fields)
  }
}
