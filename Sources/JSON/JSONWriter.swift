/// Appends compact JSON to bytes that it owns.
///
/// It places the commas and the escapes. That every value in an object follows a name, and that
/// what is begun is ended, is up to the caller.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// - Parameter capacity: How many bytes to make room for at once.
  public init(reserving capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Begins a member, whose value is what is written next.
  public mutating func name(_ name: String) {
    separate()
    appendQuoted(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  public mutating func string(_ value: String) {
    separate()
    appendQuoted(value)
  }

  public mutating func int(_ value: Int) { scalar(String(value)) }
  public mutating func bool(_ value: Bool) { scalar(value ? "true" : "false") }
  public mutating func null() { scalar("null") }

  /// Writes the shortest digits that read back as the same number, and an integer without point
  /// or exponent. JSON has no infinities and no NaN: they become null, as in ECMA-262.
  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    // Not Int(exactly:), which calls trunc(3): a program that imports nothing links no libm.
    if value.magnitude < 0x1p63, Double(Int(value)) == value { return int(Int(value)) }
    scalar(value.description)
  }

  /// Writes a whole value; its numbers keep their spelling.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let value): scalar(value.text)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members { self.member(member.name, member.value) }
      endObject()
    }
  }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func scalar(_ literal: String) {
    separate()
    bytes.append(contentsOf: literal.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    bytes.appendEscaped(text)
    bytes.append(UInt8(ascii: "\""))
  }
}
