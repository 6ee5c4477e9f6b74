/// A JSON text as RFC 8259 defines it: nothing that was written is lost but white space and the
/// spelling of strings.
///
/// Equality is that of the bytes: strings that Swift holds to be canonically equivalent ("é" in
/// one scalar or in two) are different strings to every other reader of the same JSON.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue: Equatable {
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONValue {
  /// What this value is, with its article, for messages: "must be a string, not an array".
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The member of that name; nil where there is none, and where this is not an object.
  public subscript(name: String) -> JSONValue? { asObject?[name] }

  // The value of one kind; nil where this is of another.

  public var asBool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  public var asNumber: JSONNumber? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  public var asString: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  public var asArray: [JSONValue]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  public var asObject: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }
}
