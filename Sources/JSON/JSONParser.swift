extension JSONValue {
  /// Reads a JSON text by RFC 8259, without leniency: UTF-8 only and no byte order mark
  /// (section 8.1), no lone surrogates (8.2), no two members of one name (section 4).
  ///
  /// Takes time linear in the bytes, whatever they are.
  ///
  /// - Parameter maximumDepth: How many arrays and objects may be open at once: 1 for `[]`. More
  ///   than 512 count as 512, since reading, comparing and freeing a value all recurse.
  public init(parsing bytes: [UInt8], maximumDepth: Int = 32) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, maximumDepth: min(maximumDepth, 512))
    self = try parser.text()
  }
}

/// A recursive descent over the bytes of one JSON text. Each function begins at the first byte of
/// what it is named for, and leaves `position` after the last.
struct JSONParser {
  let bytes: [UInt8]
  let maximumDepth: Int
  var position = 0
  var depth = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func text() throws(JSONError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONError(.byteOrderMark, at: 0) }
    skipSpace()
    let value = try value()
    skipSpace()
    if position < bytes.count { throw JSONError(.trailingContent, at: position) }
    return value
  }

  /// The byte at `position`, which is where a text that goes on may not end.
  func current() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    return bytes[position]
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        position += 1
      default: return
      }
    }
  }

  mutating func value() throws(JSONError) -> JSONValue {
    switch try current() {
    case UInt8(ascii: "{"): .object(try object())
    case UInt8(ascii: "["): .array(try array())
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number(try number())
    case UInt8(ascii: "t"): try literal("true", .bool(true))
    case UInt8(ascii: "f"): try literal("false", .bool(false))
    case UInt8(ascii: "n"): try literal("null", .null)
    default: throw JSONError(.unexpectedByte, at: position)
    }
  }

  private mutating func literal(
    _ name: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in name.description.utf8 {
      guard try current() == byte else { throw JSONError(.unexpectedByte, at: position) }
      position += 1
    }
    return value
  }
}
