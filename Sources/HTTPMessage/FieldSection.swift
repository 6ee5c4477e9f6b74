public import HTTPTypes

/// A header section (RFC 9110 §6.3) as it arrived: the bytes, and where each field line lies in them.
///
/// Nothing is decoded before somebody asks, since most fields of most messages interest nobody.
public struct FieldSection: Sendable {
  /// Where a field line's name and value lie in the section's bytes.
  public struct Line: Sendable, Equatable {
    public let name: Range<Int>
    public let value: Range<Int>

    public init(name: Range<Int>, value: Range<Int>) {
      self.name = name
      self.value = value
    }
  }

  private let bytes: [UInt8]
  private let lines: [Line]

  /// - Parameters:
  ///   - bytes: What the lines point into; bytes outside of them don't matter.
  ///   - lines: Ranges within `bytes`, in the order of arrival.
  public init(bytes: [UInt8], lines: [Line]) {
    self.bytes = bytes
    self.lines = lines
  }

  /// A section of these fields, for messages that did not come from a socket.
  public init(_ fields: [(name: String, value: String)] = []) {
    var bytes: [UInt8] = []
    var lines: [Line] = []
    for (name, value) in fields {
      let start = bytes.count
      bytes.append(contentsOf: name.utf8)
      let middle = bytes.count
      bytes.append(contentsOf: value.utf8)
      lines.append(Line(name: start..<middle, value: middle..<bytes.count))
    }
    self.init(bytes: bytes, lines: lines)
  }

  /// The number of field lines.
  public var count: Int { lines.count }

  /// The fields in the order of arrival.
  public var all: [(name: String, value: String)] {
    lines.map { (string($0.name), string($0.value)) }
  }

  /// The values of every line of this name, in the order of arrival.
  public func values(of name: HTTPField.Name) -> [String] {
    let wanted = name.canonicalName.utf8.span
    var values: [String] = []
    for line in lines where matches(line, wanted) { values.append(string(line.value)) }
    return values
  }

  /// The value of a field, its lines joined by a comma (RFC 9110 §5.3); nil without one.
  public subscript(name: HTTPField.Name) -> String? {
    let wanted = name.canonicalName.utf8.span
    var value: String?
    for line in lines where matches(line, wanted) {
      let next = string(line.value)
      // In place: there may be as many lines as a head can hold.
      if value == nil { value = next } else { value?.append(", " + next) }
    }
    return value
  }

  public func contains(_ name: HTTPField.Name) -> Bool {
    let wanted = name.canonicalName.utf8.span
    for line in lines where matches(line, wanted) { return true }
    return false
  }

  /// Bytes that are not UTF-8 become U+FFFD: a field value may hold any (RFC 9110 §5.5).
  private func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// - Parameter wanted: A name in lower case.
  private func matches(_ line: Line, _ wanted: Span<UInt8>) -> Bool {
    guard line.name.count == wanted.count else { return false }
    let name = bytes.span.extracting(line.name)
    for index in wanted.indices where name[index].asciiLowercased != wanted[index] {
      return false
    }
    return true
  }
}

extension UInt8 {
  /// tchar (RFC 9110 §5.6.2).
  @inlinable public var isTokenCharacter: Bool {
    // Bit n is the character n: a look-up, where a switch costs half a dozen comparisons a byte.
    let bits: UInt128 = 0x57ff_ffff_c7ff_fffe_03ff_6cfa_0000_0000
    return self < 0x80 && bits >> UInt128(self) & 1 == 1
  }

  /// The lower-case letter of an upper-case one; every other byte as it is.
  @inlinable public var asciiLowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
