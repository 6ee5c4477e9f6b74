/// A host with an optional port, as `Host`, absolute-form and `Origin` have it (RFC 9110 §7.2): in lower
/// case, and already known to be well-formed.
public struct Authority: Equatable, Sendable {
  /// A name or an address; an IPv6 address in its brackets.
  public let host: String
  /// The digits of the port; nil without one.
  public let port: String?

  public init(_ text: some StringProtocol) {
    let text = text.lowercased()
    let colon = UInt8(ascii: ":")
    guard let end = text.utf8.lastIndex(of: colon),
      !text.utf8[end...].contains(UInt8(ascii: "]"))
    else {
      (host, port) = (text, nil)
      return
    }
    host = String(text[..<end])
    let digits = text[text.utf8.index(after: end)...]
    port = digits.isEmpty ? nil : String(digits)
  }

  /// Whether only this machine goes by that host: `localhost`, 127.0.0.0/8 in full dotted form, `[::1]`.
  ///
  /// A page of the internet whose name resolves to 127.0.0.1 sends its own name.
  public var isLoopback: Bool {
    host == "localhost" || host == "[::1]"
      || IPAddress.v4(host.utf8.span).map { $0 >> 24 == 127 } ?? false
  }
}
