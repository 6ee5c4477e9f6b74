import HTTPMessage
import HTTPTypes

/// Who may speak to the gateway through a browser.
///
/// A page of the internet can send requests to a gateway on a laptop: as a foreign origin, or by giving
/// its own name the laptop's address (DNS rebinding). The first has a foreign `Origin`, the second a
/// foreign `Host`.
public struct HostPolicy: Sendable {
  private let isLoopback: Bool
  private let allowedHosts: Set<String>

  /// - Parameters:
  ///   - isLoopback: Whether the gateway listens on a loopback address; then only loopback names are
  ///     its own.
  ///   - allowedHosts: Names that are the gateway's own too. Where there are any, no other listener
  ///     accepts every name either.
  public init(isLoopback: Bool, allowedHosts: [String]) {
    self.isLoopback = isLoopback
    self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
  }

  func check(_ request: Request) throws(Problem) {
    if let authority = request.authority, !isOurs(authority) {
      throw Problem(
        .misdirectedRequest,
        "the host '\(authority.prefix(100))' is not one of the gateway's; "
          + "--allowed-host adds a name to them")
    }
    if let origin = request.fields[.origin], !isOwn(origin, of: request) {
      throw Problem(
        .origin, "the origin '\(origin.prefix(100))' may not use the gateway")
    }
  }

  private func isOurs(_ authority: String) -> Bool {
    let host = Self.split(authority.lowercased()).host
    if allowedHosts.contains(host) { return true }
    if isLoopback { return Self.isLoopbackName(host) }
    return allowedHosts.isEmpty
  }

  /// Whether the page came from the gateway itself: scheme, host and port agree (RFC 6454 §5).
  private func isOwn(_ origin: String, of request: Request) -> Bool {
    guard let authority = request.authority else { return false }
    let prefix = "\(request.scheme)://"
    guard origin.hasPrefix(prefix) else { return false }
    let theirs = Self.split(origin.dropFirst(prefix.count).lowercased())
    let ours = Self.split(authority.lowercased())
    let standard = request.scheme == "https" ? "443" : "80"
    return theirs.host == ours.host && (theirs.port ?? standard) == (ours.port ?? standard)
  }

  private static func split(_ authority: String) -> (host: String, port: String?) {
    guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
      return (authority, nil)
    }
    let port = authority[authority.index(after: colon)...]
    return (String(authority[..<colon]), port.isEmpty ? nil : String(port))
  }

  /// `localhost`, 127.0.0.0/8 in full dotted form, and `[::1]`.
  private static func isLoopbackName(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy(isOctet)
  }

  /// Digits alone: Swift's integers may have a sign.
  private static func isOctet(_ text: Substring) -> Bool {
    (1...3).contains(text.utf8.count) && text.allSatisfy { ("0"..."9").contains($0) }
      && UInt8(text) != nil
  }
}
