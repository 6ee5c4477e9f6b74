import Cryptography

/// A proxy, and who the client is to it.
public struct Proxy: Sendable, Equatable, CustomStringConvertible {
  /// Why a text is no proxy.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    /// Names the rule. The text may hold a password, and is not repeated.
    public var description: String {
      "not a proxy's URL: http:// or https://, perhaps USER:PASSWORD@ with what is special in them "
        + "percent-encoded, a host, an optional port"
    }
  }

  /// Scheme, host and port, without credentials: `http://proxy.example:3128`.
  let url: String
  /// For `Proxy-Authorization: Basic` (RFC 7617); neither is in any text that is made of the value.
  let user: String?
  let password: String?

  public var description: String { url }

  /// What `Proxy-Authorization: Basic` says; nil without a user, of whom nothing is said then.
  var credentials: String? {
    user.map { Base64.encode(Array("\($0):\(password ?? "")".utf8)) }
  }

  /// Reads `http://user:password@host:port`, as curl and botocore do; a text without a scheme is a host of
  /// `http:`.
  public init(parsing text: String) throws(Problem) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw Problem() }
    let (scheme, rest) = try Self.split(text)
    var authority = rest.prefix { !"/?#".contains($0) }
    // Nothing of a URL's path means anything to a proxy.
    guard rest.dropFirst(authority.count).allSatisfy({ $0 == "/" }) else { throw Problem() }
    var (user, password): (String?, String?) = (nil, nil)
    if let at = authority.lastIndex(of: "@") {
      let parts = authority[..<at].split(
        separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = try Self.decoded(parts[0])
      password = try parts.count == 2 ? Self.decoded(parts[1]) : ""
      authority = authority[authority.index(after: at)...]
    }
    guard Self.isHostAndPort(authority) else { throw Problem() }
    url = "\(scheme)://\(authority.lowercased())"
    self.user = user
    self.password = password
  }

  private static func split(_ text: String) throws(Problem) -> (String, Substring) {
    guard let end = text.firstRange(of: "://") else {
      return ("http", text.drop { $0 == "/" })
    }
    let scheme = text[..<end.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { throw Problem() }
    return (scheme, text[end.upperBound...])
  }

  private static func isHostAndPort(_ authority: Substring) -> Bool {
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else {
        return false
      }
      host = authority[..<colon]
    }
    if host.first == "[", host.last == "]" {
      return host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || ":.".contains($0) }
    }
    return !host.isEmpty
      && host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
  }

  /// Without its percent-encoding (RFC 3986 §2.1), in which alone a password can have an `@`.
  private static func decoded(_ text: Substring) throws(Problem) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexValue),
        let low = rest.popFirst().flatMap(hexValue)
      else { throw Problem() }
      bytes.append(high << 4 | low)
    }
    // libcurl takes them as C strings, and a line end would be another field.
    guard let text = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 })
    else { throw Problem() }
    return text
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    UInt8(String(UnicodeScalar(byte)), radix: 16)
  }
}

extension Proxy: CustomDebugStringConvertible, CustomReflectable {
  public var debugDescription: String { description }

  /// For `dump(_:)` and for everything that prints what it finds in here.
  public var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}
