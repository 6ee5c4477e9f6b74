/// `*( ";" chunk-ext-name [ "=" chunk-ext-val ] )` (RFC 9112 §7.1.1), without the bad white space that the
/// grammar has between them: what one server takes for a part of the size or of the name, another does not.
enum ChunkExtension {
  static func check(_ line: Span<UInt8>, from start: Int) throws(Refusal) {
    var position = start
    while position < line.count {
      guard line[position] == UInt8(ascii: ";") else { throw malformed }
      position = try endOfToken(line, from: position + 1)
      guard position < line.count, line[position] == UInt8(ascii: "=") else { continue }
      position += 1
      let isQuoted = position < line.count && line[position] == UInt8(ascii: "\"")
      position =
        try isQuoted
        ? endOfQuotedString(line, from: position + 1) : endOfToken(line, from: position)
    }
  }

  private static let malformed = Refusal.malformed(
    "a chunk extension must be ';', a name, and '=' and a value or nothing (RFC 9112 section 7.1.1)"
  )

  private static func endOfToken(_ line: Span<UInt8>, from start: Int) throws(Refusal) -> Int {
    var position = start
    while position < line.count, line[position].isTokenCharacter { position += 1 }
    guard position > start else { throw malformed }
    return position
  }

  /// The position after the closing quote (RFC 9110 §5.6.4). The line has no control characters.
  private static func endOfQuotedString(
    _ line: Span<UInt8>, from start: Int
  ) throws(Refusal) -> Int {
    var position = start
    while position < line.count {
      switch line[position] {
      case UInt8(ascii: "\""): return position + 1
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    throw malformed
  }
}
