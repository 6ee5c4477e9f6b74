import HTTPMessage
import HTTPTypes

/// `method SP request-target SP HTTP-version` (RFC 9112 §3).
struct RequestLine {
  let method: HTTPRequest.Method
  let target: RequestTarget
  /// HTTP/1.0, or a later minor version, which is all read as 1.1 (RFC 9110 §2.5).
  let isHTTP10: Bool

  init(_ bytes: Span<UInt8>, _ line: Range<Int>, targetLimit: Int) throws(Refusal) {
    guard let first = bytes.firstIndex(of: .space, in: line),
      let second = bytes.firstIndex(of: .space, in: (first + 1)..<line.upperBound)
    else { throw Self.malformed }
    method = try Self.method(bytes, line.lowerBound..<first)
    let version = (second + 1)..<line.upperBound
    isHTTP10 = try Self.isHTTP10(bytes, version)
    guard second - first - 1 <= targetLimit else { throw .targetTooLong(limit: targetLimit) }
    target = try RequestTarget(bytes, (first + 1)..<second, method: method)
  }

  static let malformed = Refusal.malformed(
    "the request line must be a method, a target and a version with one space between each "
      + "(RFC 9112 section 3)")

  /// The longest registered method has 17 letters.
  static let longestMethod = 32

  private static func method(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Refusal) -> HTTPRequest.Method {
    for position in range where !bytes[position].isTokenCharacter { throw malformed }
    guard range.count <= longestMethod, let method = HTTPRequest.Method(bytes.text(range)) else {
      throw malformed
    }
    return method
  }

  private static func isHTTP10(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Refusal) -> Bool {
    let start = range.lowerBound
    // HTTP-version is case-sensitive (RFC 9112 §2.3).
    guard range.count == 8, bytes.text(start..<(start + 5)) == "HTTP/", bytes[start + 5].isDigit,
      bytes[start + 6] == UInt8(ascii: "."), bytes[start + 7].isDigit
    else { throw malformed }
    guard bytes[start + 5] == UInt8(ascii: "1") else { throw .version }
    return bytes[start + 7] == UInt8(ascii: "0")
  }
}
