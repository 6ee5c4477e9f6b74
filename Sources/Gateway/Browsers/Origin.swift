import HTTPMessage

/// Where a web page is from, as a browser writes it in the field `Origin` (RFC 6454 §6.2): scheme and host,
/// and the port where it is not the scheme's own.
///
/// `null`, which sandboxed pages and files send, is none: it is everybody's.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// - Returns: nil for a text that is no origin of `http` or `https`, such as one with a path.
  public init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let scheme = String(text[..<colon.lowerBound])
    let rest = text[colon.upperBound...]
    guard ["http", "https"].contains(scheme), rest.utf8.last != UInt8(ascii: ":") else {
      return nil
    }
    let authority = Authority(rest)
    guard Self.isHost(authority.host), authority.port.map(Self.isPort) ?? true else { return nil }
    self.init(scheme: scheme, authority: authority)
  }

  /// The origin of the pages that a server gives out.
  ///
  /// - Parameter scheme: In lower case.
  init(scheme: String, authority: Authority) {
    let standard = scheme == "https" ? "443" : "80"
    let port = authority.port.flatMap { $0 == standard ? nil : ":\($0)" } ?? ""
    description = "\(scheme)://\(authority.host)\(port)"
  }

  /// Whether a browser can write the host so: a name in ASCII, or an address.
  private static func isHost(_ text: String) -> Bool {
    guard text.utf8.first != UInt8(ascii: "[") else {
      return text.utf8.last == UInt8(ascii: "]")
        && text.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
    return !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Digits alone: Swift's integers may have a sign, and a browser writes no zero first.
  private static func isPort(_ text: String) -> Bool {
    text.utf8.first.map { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) } == true
      && UInt16(text) != nil
  }
}
