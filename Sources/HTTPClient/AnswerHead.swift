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
  }

  var fields: FieldSection { FieldSection(bytes: bytes, lines: lines) }

  /// Takes one line, its line ending included.
  mutating func append(_ line: UnsafeBufferPointer<UInt8>) throws(HTTPClientError) {
    total += line.count
    guard total <= limit else { throw .headTooLarge(limit: limit) }
    // Trailers may not be merged into the fields (RFC 9110 §6.5.1), and nobody here wants them.
    guard status == nil else { return }
    var line = line[...]
    while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
    guard let code = current else {
      current = try Self.status(of: line)
      return
    }
    guard let first = line.first else { return try end(code) }
    if first == 0x20 || first == 0x09 { try fold(line) } else { try appendField(line) }
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
    let lengths = values(of: "content-length")
    guard
      lengths.allSatisfy({ $0 == lengths[0] && $0.allSatisfy(Self.isDigit) })
    else {
      throw .badAnswer("a Content-Length that is not one number (RFC 9112 §6.3)")
    }
    guard lengths.isEmpty || values(of: "transfer-encoding").isEmpty else {
      throw .badAnswer("a Content-Length beside a Transfer-Encoding (RFC 9112 §6.3)")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private func values(of lowercased: String) -> [ArraySlice<UInt8>] {
    lines.filter { line in
      bytes[line.name].lazy.map(\.asciiLowercased).elementsEqual(lowercased.utf8)
    }.map { bytes[$0.value] }
  }

  private mutating func appendField(_ line: Slice<UnsafeBufferPointer<UInt8>>)
    throws(HTTPClientError)
  {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
      throw .badAnswer("a field line without a name (RFC 9112 §5)")
    }
    guard line[..<colon].allSatisfy(\.isTokenCharacter) else {
      throw .badAnswer("a field name that is no token (RFC 9110 §5.1)")
    }
    try Self.checkValue(line[(colon + 1)...])
    let start = bytes.count
    bytes.append(contentsOf: line[..<colon])
    let middle = bytes.count
    bytes.append(contentsOf: Self.trim(line[(colon + 1)...]))
    lines.append(FieldSection.Line(name: start..<middle, value: middle..<bytes.count))
  }

  /// A folded line continues the value before it, with a space for the fold (RFC 9112 §5.2).
  private mutating func fold(_ line: Slice<UnsafeBufferPointer<UInt8>>) throws(HTTPClientError) {
    guard let last = lines.popLast() else {
      throw .badAnswer("white space before the first field (RFC 9112 §2.2)")
    }
    try Self.checkValue(line)
    bytes.append(0x20)
    bytes.append(contentsOf: Self.trim(line))
    lines.append(
      FieldSection.Line(name: last.name, value: last.value.lowerBound..<bytes.count))
  }

  /// A lone CR ends a line for some (RFC 9112 §2.2), and controls have no place in what is shown to people.
  private static func checkValue(_ value: Slice<UnsafeBufferPointer<UInt8>>)
    throws(HTTPClientError)
  {
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw .badAnswer("a control character in a field value (RFC 9110 §5.5)")
    }
  }

  /// `HTTP-version SP 3DIGIT` (RFC 9112 §4), the digits within 100 to 599 (RFC 9110 §15).
  private static func status(of line: Slice<UnsafeBufferPointer<UInt8>>) throws(HTTPClientError)
    -> Int
  {
    let digits = line.dropFirst("HTTP/1.1 ".utf8.count)
    var code = 0
    for byte in digits.prefix(3) {
      guard (0x30...0x39).contains(byte) else { throw .badAnswer(Self.statusRule) }
      code = code * 10 + Int(byte - 0x30)
    }
    guard line.starts(with: "HTTP/1.".utf8), (100...599).contains(code),
      digits.dropFirst(3).first ?? 0x20 == 0x20
    else { throw .badAnswer(Self.statusRule) }
    return code
  }

  private static let statusRule = "a malformed status line (RFC 9112 §4)"

  private static func trim(_ slice: Slice<UnsafeBufferPointer<UInt8>>)
    -> Slice<UnsafeBufferPointer<UInt8>>
  {
    var slice = slice
    while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
    while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
    return slice
  }
}
