import HTTPMessage
import HTTPTypes

/// A request target (RFC 9112 §3.2), taken apart but not decoded.
struct RequestTarget: Equatable {
  let path: String
  let query: String?
  /// Present in absolute-form, where it outranks `Host` (RFC 9112 §3.2.2), and in authority-form.
  let authority: String?

  init(
    _ bytes: Span<UInt8>, _ range: Range<Int>, method: HTTPRequest.Method
  ) throws(Refusal) {
    try Self.checkCharacters(bytes, range)
    guard !range.isEmpty else { throw Self.malformed }
    if method == .connect {
      try AuthorityRule.check(bytes, range, needsPort: true)
      (path, query, authority) = ("", nil, bytes.text(range))
    } else if bytes[range.lowerBound] == UInt8(ascii: "/") {
      (path, query) = Self.split(bytes, range)
      authority = nil
    } else if bytes.matches(range, "*") {
      guard method == .options else { throw Self.malformed }
      (path, query, authority) = ("*", nil, nil)
    } else {
      let start = try Self.endOfScheme(bytes, range)
      var end = start
      while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?")
      {
        end += 1
      }
      try AuthorityRule.check(bytes, start..<end)
      authority = bytes.text(start..<end)
      let (path, query) = Self.split(bytes, end..<range.upperBound)
      self.path = path.isEmpty ? "/" : path
      self.query = query
    }
  }

  private static let malformed = Refusal.malformed(
    "the request target must be a path that begins with '/' or a whole http URL "
      + "(RFC 9112 section 3.2)")

  private static func split(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (path: String, query: String?) {
    guard let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: range) else {
      return (bytes.text(range), nil)
    }
    return (bytes.text(range.lowerBound..<mark), bytes.text((mark + 1)..<range.upperBound))
  }

  /// The position after `http://` or `https://`.
  private static func endOfScheme(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Refusal) -> Int {
    for (scheme, length) in [("http://", 7), ("https://", 8)] as [(StaticString, Int)] {
      let end = range.lowerBound + length
      if end <= range.upperBound, bytes.matches(range.lowerBound..<end, scheme) { return end }
    }
    throw malformed
  }

  /// The characters of RFC 3986 §2 without `#`; each `%` is followed by two hexadecimal digits.
  ///
  /// None of them may stand for NUL, nor in the path for another control character: no id has one, and
  /// where a decoded path is written to a field or a log, a line end makes two of it.
  private static func checkCharacters(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Refusal) {
    let path =
      range.lowerBound..<(bytes.firstIndex(of: UInt8(ascii: "?"), in: range) ?? range.upperBound)
    for position in range {
      let byte = bytes[position]
      guard isURICharacter(byte) else {
        throw .malformed("the request target has a byte that must be percent-encoded")
      }
      guard byte == UInt8(ascii: "%") else { continue }
      guard position + 2 < range.upperBound, let high = bytes[position + 1].hexDigit,
        let low = bytes[position + 2].hexDigit
      else {
        throw .malformed("a '%' in the request target is not followed by two hexadecimal digits")
      }
      let decoded = UInt8(high << 4 | low)
      guard decoded != 0, !path.contains(position) || (decoded >= 0x20 && decoded != 0x7F) else {
        throw .malformed("the request target has an encoded control character")
      }
    }
  }

  private static func isURICharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"),
      UInt8(ascii: "|"), UInt8(ascii: "}"):
      false
    default: byte.isVisible
    }
  }
}
