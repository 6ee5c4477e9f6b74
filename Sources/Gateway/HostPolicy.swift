public import HTTPMessage
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

  /// Whether the request is for this host, and of none but its own pages.
  public func allows(_ request: Request) -> Bool {
    (try? check(request)) != nil
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
    let authority = Authority(authority)
    if allowedHosts.contains(authority.host) { return true }
    return isLoopback ? authority.isLoopback : allowedHosts.isEmpty
  }

  /// Whether the page came from the gateway itself: scheme, host and port agree (RFC 6454 §5).
  private func isOwn(_ origin: String, of request: Request) -> Bool {
    let prefix = "\(request.scheme)://"
    guard let authority = request.authority, origin.hasPrefix(prefix) else { return false }
    let theirs = Authority(origin.dropFirst(prefix.count))
    let ours = Authority(authority)
    let standard = request.scheme == "https" ? "443" : "80"
    return theirs.host == ours.host && (theirs.port ?? standard) == (ours.port ?? standard)
  }
}
