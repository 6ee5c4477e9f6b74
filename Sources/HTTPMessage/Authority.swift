/// A host with an optional port, as `Host`, absolute-form and `Origin` have it (RFC 9110 §7.2): in lower
/// case, and already known to be well-formed.
public struct Authority: Equatable, Sendable {
  /// A name or an address; an IPv6 address in its brackets.
  public let host: String
  /// The digits of the port; nil without one.
  public let port: String?

  public init(_ text: some StringProtocol) {
    let text = text.lowercased()
    guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") else {
      (host, port) = (text, nil)
      return
    }
    host = String(text[..<colon])
    let digits = text[text.index(after: colon)...]
    port = digits.isEmpty ? nil : String(digits)
  }

  /// Whether only this machine goes by that host: `localhost`, 127.0.0.0/8 in full dotted form, `[::1]`.
  ///
  /// A page of the internet whose name resolves to 127.0.0.1 sends its own name.
  public var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy(Self.isOctet)
  }

  /// Digits alone: Swift's integers may have a sign.
  private static func isOctet(_ text: Substring) -> Bool {
    (1...3).contains(text.utf8.count) && text.allSatisfy { ("0"..."9").contains($0) }
      && UInt8(text) != nil
  }
}
