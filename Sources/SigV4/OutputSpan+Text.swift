import Cryptography

/// What the texts of a signature are put together from, in memory that is known to be enough: an array
/// would look for room at each part.
extension OutputSpan<UInt8> {
  mutating func append(_ text: String) {
    let bytes = text.utf8.span
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Appends a field value without the whitespace around it and with one space for each run of it
  /// inside. A line folded by the obsolete rule of RFC 9112 §5.2 has such a run where it is folded.
  mutating func append(trimming value: String) {
    let bytes = value.utf8.span
    // Most values have none at all, a session token with its thousand bytes among them.
    guard bytes.mayHaveWhitespace else { return append(value) }
    let start = count
    var gap = false
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        gap = count > start
      case let byte:
        if gap { append(UInt8(ascii: " ")) }
        gap = false
        append(byte)
      }
    }
  }

  /// Appends 64 lower-case hexadecimal digits.
  mutating func append(hex digest: Digest) {
    Hex.append(digest.bytes.span, to: &self)
  }
}

extension Span<UInt8> {
  /// By the lowest byte, which is found sixteen bytes at a time.
  fileprivate var mayHaveWhitespace: Bool {
    var lowest = UInt8.max
    for index in indices { lowest = Swift.min(lowest, self[index]) }
    return lowest <= UInt8(ascii: " ")
  }
}
