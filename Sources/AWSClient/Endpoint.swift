/// Where a service is called: `https://athena.eu-west-1.amazonaws.com`, or what an operator put in its
/// place.
public struct Endpoint: Sendable, Equatable, CustomStringConvertible {
  /// Why a text is no endpoint.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    public let url: String

    /// Names the rule. User information, which may hold a password, has no place in an endpoint and is
    /// not repeated.
    public var description: String {
      let shown = url.contains("@") ? "(not shown: it has an '@')" : "'\(url.prefix(200))'"
      return "\(shown) is not an endpoint: http:// or https://, a host, an optional port and path; "
        + "no user, query or fragment"
    }
  }

  /// `https://host:port`, without a path.
  let origin: String
  /// What is sent and signed as `Host`: in lower case, and with the port only where it is not the
  /// scheme's own.
  let host: String
  /// What stands before every path; empty, or begins and doesn't end with `/`.
  let basePath: String
  /// Which of AWS's regional endpoints it is; nil for one that an operator chose.
  let variant: Variant?

  /// One of AWS's own.
  init(regionalHost: String, variant: Variant) {
    host = regionalHost
    origin = "https://\(host)"
    basePath = ""
    self.variant = variant
  }

  /// An operator's endpoint, as `AWS_ENDPOINT_URL` has it.
  public init(parsing url: String) throws(Problem) {
    let scheme: String
    switch url.lowercased() {
    case let text where text.hasPrefix("https://"): scheme = "https"
    case let text where text.hasPrefix("http://"): scheme = "http"
    default: throw Problem(url: url)
    }
    let rest = url.dropFirst(scheme.count + 3)
    let authority = rest.prefix { $0 != "/" }.lowercased()
    guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !url.contains(where: Self.isForbidden),
      let host = Self.host(authority, defaultPort: scheme == "https" ? 443 : 80)
    else { throw Problem(url: url) }
    self.host = host
    origin = "\(scheme)://\(host)"
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path.removeLast() }
    basePath = String(path)
    variant = nil
  }

  private init(origin: String, host: String, basePath: String, variant: Variant?) {
    self.origin = origin
    self.host = host
    self.basePath = basePath
    self.variant = variant
  }

  var isCustom: Bool { variant == nil }

  /// The same service under a name of its own, as S3's virtual-hosted buckets have: `name.host`.
  func prefixed(by label: String) -> Endpoint {
    let host = "\(label).\(self.host)"
    let scheme = origin.prefix { $0 != ":" }
    return Endpoint(
      origin: "\(scheme)://\(host)", host: host, basePath: basePath, variant: variant)
  }

  public var description: String { origin + basePath }

  private static func isForbidden(_ character: Character) -> Bool {
    "@?#\\\"<>^`{|}".contains(character)
  }

  /// The authority without a default port; nil where it is not a host with an optional port.
  private static func host(_ authority: String, defaultPort: UInt16) -> String? {
    var name = authority[...]
    var port: UInt16?
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      name = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard digits.allSatisfy({ ("0"..."9").contains($0) }), let number = UInt16(digits), number > 0
      else { return nil }
      port = number
    }
    guard isIPv6Address(name) || isName(name) else { return nil }
    guard let port, port != defaultPort else { return String(name) }
    return "\(name):\(port)"
  }

  private static func isIPv6Address(_ text: Substring) -> Bool {
    text.first == "[" && text.last == "]" && text.contains(":")
      && text.dropFirst().dropLast().allSatisfy { $0.isHexDigit || ":.".contains($0) }
  }

  /// A name, or an IPv4 address in full: libcurl would send `127.1` as `127.0.0.1`, and the signature
  /// covers what was written.
  private static func isName(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }),
      let last = labels.last,
      labels.dropLast().allSatisfy({ !$0.isEmpty })
    else { return false }
    // A name may end in a dot.
    let end = last.isEmpty ? labels.dropLast().last ?? "" : last
    guard end.first?.isNumber ?? true else { return true }
    return labels.count == 4 && labels.allSatisfy { UInt8($0).map(String.init) ?? "" == $0 }
  }
}
