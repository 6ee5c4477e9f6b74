import HTTPMessage

/// The head of an answer: its status line, its field lines, an empty line; the same again for each interim
/// answer.
struct AnswerHead {
  /// The final status; nil until the final head is complete.
  private(set) var status: Int?
  /// What the final head says of the content and the connection.
  private(set) var framing = AnswerFraming.none

  private let limit: Int
  /// Whether the request was HEAD, whose answer has no content, whatever it declares.
  private let isOfHead: Bool
  private var total = 0
  private var current: Int?
  /// The lines of this head as they came.
  private var bytes: [UInt8] = []
  /// Where the line begins whose end has not come.
  private var lineStart = 0
  private var lines: [FieldSection.Line] = []

  /// - Parameter limit: The bytes of all lines, of all heads.
  init(limit: Int, isOfHead: Bool) {
    self.limit = limit
    self.isOfHead = isOfHead
    // Of AWS's answers most fit.
    bytes.reserveCapacity(512)
    lines.reserveCapacity(16)
  }

  var fields: FieldSection { FieldSection(bytes: bytes, lines: lines) }

  /// Takes what belongs to the head, and returns how many bytes that was.
  mutating func read(_ input: Span<UInt8>) throws(HTTPClientError) -> Int {
    var position = 0
    while position < input.count, status == nil {
      let end = input.firstIndex(of: .lf, in: position..<input.count).map { $0 + 1 }
      total += (end ?? input.count) - position
      guard total <= limit else { throw .headTooLarge(limit: limit) }
      bytes.append(input, position..<(end ?? input.count))
      position = end ?? input.count
      if end != nil { try endLine() }
    }
    return position
  }

  /// Takes the line that has ended, without its line ending: a CR before the LF is usual, not required
  /// (RFC 9112 §2.2).
  private mutating func endLine() throws(HTTPClientError) {
    var end = bytes.count - 1
    if end > lineStart, bytes[end - 1] == .cr { end -= 1 }
    let line = lineStart..<end
    lineStart = bytes.count
    guard let code = current else {
      current = try Self.status(of: bytes.span.extracting(line))
      return
    }
    guard !line.isEmpty else { return try self.end(code) }
    switch bytes[line.lowerBound] {
    case .space, .tab: try fold(line)
    default:
      do throws(Refusal) {
        lines.append(try FieldLine.parse(bytes.span, line))
      } catch {
        throw HTTPClientError(error)
      }
    }
  }

  /// An interim answer (1xx) makes room for the next; 101 would end HTTP, which nobody asked for.
  private mutating func end(_ code: Int) throws(HTTPClientError) {
    guard code < 200 else {
      framing = try AnswerFraming(
        code, isOfHead: isOfHead, isHTTP10: bytes[Self.minorVersion] == UInt8(ascii: "0"),
        lines, in: bytes.span)
      status = code
      return
    }
    guard code != 101 else { throw .badAnswer("101 without an upgrade (RFC 9110 §15.2.2)") }
    current = nil
    bytes.removeAll(keepingCapacity: true)
    lineStart = 0
    lines.removeAll(keepingCapacity: true)
  }

  /// A folded line continues the value before it, with a space for the fold (RFC 9112 §5.2).
  private mutating func fold(_ line: Range<Int>) throws(HTTPClientError) {
    guard let last = lines.popLast() else {
      throw .badAnswer("white space before the first field (RFC 9112 §2.2)")
    }
    let part = Array(bytes[bytes.span.trimmed(line)])
    guard part.allSatisfy(\.isFieldContent) else {
      throw .badAnswer("a control character in a field value (RFC 9110 §5.5)")
    }
    bytes.removeSubrange(last.value.upperBound...)
    if !part.isEmpty { bytes += [.space] + part }
    lineStart = bytes.count
    lines.append(
      FieldSection.Line(name: last.name, value: last.value.lowerBound..<bytes.count))
  }

  // MARK: The status line

  /// Where the status line has the version's last digit: `HTTP/1.1`.
  private static let minorVersion = 7

  /// `HTTP-version SP 3DIGIT` (RFC 9112 §4), the digits within 100 to 599 (RFC 9110 §15).
  private static func status(of line: Span<UInt8>) throws(HTTPClientError) -> Int {
    let version: StaticString = "HTTP/1."
    let digits = minorVersion + 2
    guard line.count >= digits + 3, line.count == digits + 3 || line[digits + 3] == .space,
      line[minorVersion].isDigit, line[digits - 1] == .space
    else {
      throw .badAnswer(statusRule)
    }
    let isVersion = version.withUTF8Buffer { wanted in
      wanted.indices.allSatisfy { line[$0] == wanted[$0] }
    }
    var code = 0
    for index in digits..<digits + 3 {
      guard line[index].isDigit else { throw .badAnswer(statusRule) }
      code = code * 10 + Int(line[index] - 0x30)
    }
    guard isVersion, (100...599).contains(code) else { throw .badAnswer(statusRule) }
    for index in digits + 3..<line.count where !line[index].isFieldContent {
      throw .badAnswer("a control character in a reason phrase (RFC 9112 §4)")
    }
    return code
  }

  private static let statusRule = "a malformed status line (RFC 9112 §4)"
}
