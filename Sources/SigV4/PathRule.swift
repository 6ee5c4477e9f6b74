import URIEncoding

/// How a service makes the canonical URI from the path that was sent.
public enum PathRule: Sendable {
  /// All services but S3: dot segments and empty ones are removed, and what remains is
  /// percent-encoded, *again* if it was sent encoded: `/a%20b` is signed as `/a%2520b`, `/a b` as
  /// `/a%20b`.
  case standard

  /// S3, where a key may be any text: as it was sent. Only what no request line can carry (a space,
  /// UTF-8) is percent-encoded, so that a path that is not encoded yet is signed as it will be
  /// sent.
  case s3
}

extension [UInt8] {
  /// Appends the canonical URI: step 2 of "Create a canonical request" in AWS's guide.
  mutating func append(canonicalPath path: String, rule: PathRule) {
    switch rule {
    case .standard: append(normalizedPath: path)
    case .s3: path.isEmpty ? append(UInt8(ascii: "/")) : append(encodingOnce: path.utf8)
    }
  }

  /// RFC 3986 §5.2.4 but for two things that AWS's SDKs do: `//` is `/`, and a `..` at the end
  /// takes the slash before it along (`/a/b/..` is `/a`).
  private mutating func append(normalizedPath path: String) {
    var segments: [Substring.UTF8View] = []
    for segment in path.utf8.split(separator: UInt8(ascii: "/"))
    where !segment.elementsEqual(".".utf8) {
      if segment.elementsEqual("..".utf8) {
        _ = segments.popLast()
      } else {
        segments.append(segment)
      }
    }
    for segment in segments {
      append(UInt8(ascii: "/"))
      PercentEncoding.append(segment, to: &self)
    }
    if segments.isEmpty || path.utf8.last == UInt8(ascii: "/") {
      append(UInt8(ascii: "/"))
    }
  }
}
