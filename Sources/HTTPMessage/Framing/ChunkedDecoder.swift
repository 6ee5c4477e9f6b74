/// The chunked transfer coding (RFC 9112 §7.1), decoded as it comes. Trailer fields are checked as
/// fields are, and dropped: merging them into the header section is how requests get smuggled. Those that
/// can only be meant for that are refused.
package struct ChunkedDecoder: Sendable {
  private enum State {
    case size
    case data(remaining: Int)
    /// The CRLF after a chunk's data: what of it has come.
    case dataEnd(sawCR: Bool)
    case trailers
    case complete
  }

  /// Bytes that a chunk's size line, or a trailer line, may have.
  private static let longestLine = 1024
  /// What framing may cost beyond eight times the data: one byte a chunk is slow, but no attack.
  private static let allowedOverhead = 16 * 1024

  private var state = State.size
  private var line: [UInt8] = []
  private var overhead = 0
  private var trailers = 0
  /// The bytes of content that have come.
  private var length = 0
  private let contentLimit: Int
  private let fieldLimit: Int

  /// - Parameters:
  ///   - contentLimit: The bytes that the content may have.
  ///   - fieldLimit: The lines that its trailer section may have.
  package init(contentLimit: Int, fieldLimit: Int) {
    self.contentLimit = contentLimit
    self.fieldLimit = fieldLimit
  }

  package var isComplete: Bool {
    if case .complete = state { true } else { false }
  }

  /// Decodes what it can, and returns how many bytes it took: all, unless the content ended among them.
  ///
  /// Throws `malformed`, or `contentTooLarge` once the content is more than the limit.
  package mutating func decode(
    _ bytes: Span<UInt8>, into content: inout [UInt8]
  ) throws(Refusal) -> Int {
    var position = 0
    while position < bytes.count, !isComplete {
      switch state {
      case .size:
        guard try readLine(bytes, &position) else { break }
        try beginChunk()
      case .data(let remaining):
        let count = min(remaining, bytes.count - position)
        content.append(bytes, position..<(position + count))
        position += count
        length += count
        state = count == remaining ? .dataEnd(sawCR: false) : .data(remaining: remaining - count)
      case .dataEnd(let sawCR):
        guard bytes[position] == (sawCR ? .lf : .cr) else {
          throw .malformed("chunk data must end in CR LF after its size (RFC 9112 section 7.1)")
        }
        position += 1
        overhead += 1
        state = sawCR ? .size : .dataEnd(sawCR: true)
      case .trailers:
        guard try readLine(bytes, &position) else { break }
        try endTrailerLine()
      case .complete: break
      }
    }
    return position
  }

  /// Gathers a line up to its CRLF; false while it has not ended.
  private mutating func readLine(
    _ bytes: Span<UInt8>, _ position: inout Int
  ) throws(Refusal) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      overhead += 1
      guard overhead / 8 <= Self.allowedOverhead / 8 + length else {
        throw .malformed("the chunked framing is far larger than the content")
      }
      if byte == .lf {
        guard line.last == .cr else { throw Self.badLine }
        line.removeLast()
        return true
      }
      guard byte.isFieldContent || byte == .cr, line.last != .cr,
        line.count < Self.longestLine
      else { throw Self.badLine }
      line.append(byte)
    }
    return false
  }

  /// `chunk-size [ chunk-ext ]`; the extension is checked, and ignored (RFC 9112 §7.1.1).
  private mutating func beginChunk() throws(Refusal) {
    var size = 0
    var digits = 0
    for byte in line {
      guard let digit = byte.hexDigit else {
        guard digits > 0 else { throw Self.badLine }
        try ChunkExtension.check(line.span, from: digits)
        break
      }
      digits += 1
      // No content has a size of sixteen digits: what claims one tries to overflow somebody's integer.
      guard size < 1 << 56 else { throw Self.badLine }
      size = size << 4 | digit
    }
    guard digits > 0 else { throw Self.badLine }
    guard size <= contentLimit - length else { throw .contentTooLarge(limit: contentLimit) }
    line.removeAll(keepingCapacity: true)
    state = size == 0 ? .trailers : .data(remaining: size)
  }

  private mutating func endTrailerLine() throws(Refusal) {
    guard !line.isEmpty else {
      state = .complete
      return
    }
    let field = try FieldLine.parse(line.span, 0..<line.count)
    try TrailerRule.check(field, in: line.span)
    line.removeAll(keepingCapacity: true)
    trailers += 1
    guard trailers <= fieldLimit else { throw .tooManyFields(limit: fieldLimit) }
  }

  private static let badLine = Refusal.malformed(
    "a chunk must begin with its size in hexadecimal and CR LF (RFC 9112 section 7.1)")
}
