import HTTPMessage
import HTTPTypes

/// What the bytes at hand are.
enum ParseResult {
  /// A whole head, and the number of bytes it takes up.
  case complete(RequestHead, length: Int)
  case needsMore
  case malformed(Refusal)
}

/// Reads a request's head (RFC 9112 §2 to §6), strictly: where the RFC lets a server choose between
/// repairing and refusing, this one refuses, since a repaired message is one that two servers read
/// differently.
struct RequestParser {
  let limits: Limits

  /// Pure: the same bytes have the same answer, and a prefix of a valid head always needs more.
  func parse(_ bytes: Span<UInt8>) -> ParseResult {
    do throws(Refusal) {
      return try head(bytes)
    } catch {
      return .malformed(error)
    }
  }

  /// Whether the bytes are an empty line, or its beginning, and nothing else.
  static func isEmptyLine(_ bytes: Span<UInt8>) -> Bool {
    switch bytes.count {
    case 1: bytes[0] == .cr
    case 2: bytes[0] == .cr && bytes[1] == .lf
    default: false
    }
  }

  private func head(_ bytes: Span<UInt8>) throws(Refusal) -> ParseResult {
    // RFC 9112 §2.2: one empty line before the request line is forgiven, for old clients that send one.
    let start = bytes.count >= 2 && Self.isEmptyLine(bytes.extracting(0..<2)) ? 2 : 0
    // Where a request line must have ended, however many bytes came at once. A method, a version and
    // what stands between them take some bytes too.
    let longest = start + limits.target + 64
    let beginning = bytes.extracting(0..<min(bytes.count, longest))
    guard let requestLine = try line(in: beginning, from: start) else {
      try checkUnfinishedRequestLine(beginning, from: start)
      guard bytes.count < longest else { throw .targetTooLong(limit: limits.target) }
      return .needsMore
    }
    let request = try RequestLine(bytes, requestLine, targetLimit: limits.target)
    var framing = FramingFields()
    var lines: [FieldSection.Line] = []
    lines.reserveCapacity(16)
    var position = requestLine.upperBound + 2
    while let range = try line(in: bytes, from: position) {
      position = range.upperBound + 2
      if range.isEmpty {
        let copy = bytes.copy(0..<position)
        let fields = FieldSection(bytes: copy, lines: lines)
        return .complete(
          try framing.head(request: request, fields: fields), length: position)
      }
      guard lines.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
      let line = try FieldLine.parse(bytes, range)
      try framing.note(line, in: bytes)
      lines.append(line)
    }
    return .needsMore
  }

  /// The next line without its CRLF; nil while that has not come.
  private func line(in bytes: Span<UInt8>, from start: Int) throws(Refusal) -> Range<Int>? {
    let position = bytes.firstIndex(of: .lf, in: start..<bytes.count) ?? bytes.count
    // The limit is judged by what has come, so that no more than it is ever kept.
    guard position < limits.head else { throw .headTooLarge(limit: limits.head) }
    guard position < bytes.count else { return nil }
    guard position > start, bytes[position - 1] == .cr else {
      throw .malformed("a line must end in CR LF (RFC 9112 section 2.2)")
    }
    return start..<(position - 1)
  }

  /// A request line that has not ended may be no request at all: a TLS handshake, say, which has no
  /// line end to wait for, or a method that goes on and on.
  private func checkUnfinishedRequestLine(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(Refusal) {
    let method = start..<min(bytes.count, start + RequestLine.longestMethod + 1)
    guard
      method.count <= RequestLine.longestMethod || bytes.firstIndex(of: .space, in: method) != nil
    else { throw RequestLine.malformed }
    for position in start..<bytes.count where !bytes[position].isVisible {
      let isLast = position == bytes.count - 1
      guard bytes[position] == .space || (bytes[position] == .cr && isLast) else {
        throw .malformed(
          "the request line has a byte that is not visible ASCII (RFC 9112 section 3)")
      }
    }
  }
}
