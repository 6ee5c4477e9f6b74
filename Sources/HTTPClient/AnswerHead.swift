import HTTPMessage

/// The head of an answer, put together from the header lines that libcurl passes on: its status line,
/// its field lines, an empty line; the same again for each interim answer; trailers after the content.
struct AnswerHead {
  /// The final status; nil until the final head is complete.
  private(set) var status: Int?

  private let limit: Int
  private var total = 0
  private var current: Int?
  private var bytes: [UInt8] = []
  private var lines: [FieldSection.Line] = []

  /// - Parameter limit: The bytes of all lines, of all heads and of the trailers.
  init(limit: Int) {
    self.limit = limit
    // Of AWS's answers most fit.
    bytes.reserveCapacity(512)
    lines.reserveCapacity(16)
  }

  var fields: FieldSection { FieldSection(bytes: bytes, lines: lines) }

  /// Takes one line, its line ending included.
  ///
  /// - Returns: Whether the final head is complete with it.
  mutating func append(_ line: Span<UInt8>) throws(HTTPClientError) -> Bool {
    total += line.count
    guard total <= limit else { throw .headTooLarge(limit: limit) }
    // Trailers may not be merged into the fields (RFC 9110 §6.5.1), and nobody here wants them.
    guard status == nil else { return false }
    var end = line.count
    while end > 0, line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
    let line = line.extracting(..<end)
    guard let code = current else {
      current = try Self.status(of: line)
      return false
    }
    guard !line.isEmpty else {
      try self.end(code)
      return status != nil
    }
    if line[0].isBlank { try fold(line) } else { try appendField(line) }
    return false
  }

  /// An interim answer (1xx) makes room for the next; 101 would end HTTP, which nobody asked for.
  private mutating func end(_ code: Int) throws(HTTPClientError) {
    guard code < 200 else {
      try checkLength()
      status = code
      return
    }
    guard code != 101 else { throw .badAnswer("101 without an upgrade (RFC 9110 §15.2.2)") }
    current = nil
    bytes.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
  }

  /// Who lets two lengths pass lets one answer be taken for two (RFC 9112 §6.3). libcurl takes the last.
  private func checkLength() throws(HTTPClientError) {
    var length: Range<Int>?
    var hasCoding = false
    for line in lines {
      let name = bytes.span.extracting(line.name)
      hasCoding = hasCoding || isField(name, "transfer-encoding")
      guard isField(name, "content-length") else { continue }
      guard bytes[line.value].allSatisfy(Self.isDigit),
        length.map({ bytes[$0] == bytes[line.value] }) ?? true
      else {
        throw .badAnswer("a Content-Length that is not one number (RFC 9112 §6.3)")
      }
      length = line.value
    }
    guard length == nil || !hasCoding else {
      throw .badAnswer("a Content-Length beside a Transfer-Encoding (RFC 9112 §6.3)")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func appendField(_ line: Span<UInt8>) throws(HTTPClientError) {
    var colon = 0
    while colon < line.count, line[colon].isTokenCharacter { colon += 1 }
    guard colon < line.count, line[colon] == UInt8(ascii: ":") else {
      throw .badAnswer("a field name that is no token, or has no colon (RFC 9110 §5.1)")
    }
    guard colon > 0 else { throw .badAnswer("a field line without a name (RFC 9112 §5)") }
    let value = try Self.value(in: line, from: colon + 1)
    let start = bytes.count
    keep(line.extracting(..<colon))
    let middle = bytes.count
    keep(line.extracting(value))
    lines.append(FieldSection.Line(name: start..<middle, value: middle..<bytes.count))
  }

  /// A folded line continues the value before it, with a space for the fold (RFC 9112 §5.2).
  private mutating func fold(_ line: Span<UInt8>) throws(HTTPClientError) {
    guard let last = lines.popLast() else {
      throw .badAnswer("white space before the first field (RFC 9112 §2.2)")
    }
    let value = try Self.value(in: line, from: 0)
    bytes.append(0x20)
    keep(line.extracting(value))
    lines.append(
      FieldSection.Line(name: last.name, value: last.value.lowerBound..<bytes.count))
  }

  private mutating func keep(_ part: Span<UInt8>) {
    part.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  /// Where a value is, without the white space around it. A lone CR ends a line for some (RFC 9112 §2.2), and
  /// controls have no place in what is shown to people.
  private static func value(
    in line: Span<UInt8>, from start: Int
  ) throws(HTTPClientError) -> Range<Int> {
    for index in start..<line.count
    where line[index] < 0x20 && line[index] != 0x09 || line[index] == 0x7F {
      throw .badAnswer("a control character in a field value (RFC 9110 §5.5)")
    }
    var (low, high) = (start, line.count)
    while low < high, line[low].isBlank { low += 1 }
    while high > low, line[high - 1].isBlank { high -= 1 }
    return low..<high
  }

  /// `HTTP-version SP 3DIGIT` (RFC 9112 §4), the digits within 100 to 599 (RFC 9110 §15).
  private static func status(of line: Span<UInt8>) throws(HTTPClientError) -> Int {
    let version: StaticString = "HTTP/1."
    let digits = version.utf8CodeUnitCount + 2
    guard line.count >= digits + 3, line.count == digits + 3 || line[digits + 3] == 0x20 else {
      throw .badAnswer(statusRule)
    }
    let isVersion = version.withUTF8Buffer { wanted in
      wanted.indices.allSatisfy { line[$0] == wanted[$0] }
    }
    var code = 0
    for index in digits..<digits + 3 {
      guard isDigit(line[index]) else { throw .badAnswer(statusRule) }
      code = code * 10 + Int(line[index] - 0x30)
    }
    guard isVersion, (100...599).contains(code) else { throw .badAnswer(statusRule) }
    return code
  }

  private static let statusRule = "a malformed status line (RFC 9112 §4)"
}

extension UInt8 {
  /// A space or a tab.
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
}
