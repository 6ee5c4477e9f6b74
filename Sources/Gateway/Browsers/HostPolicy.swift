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
  public let allowedOrigins: AllowedOrigins

  /// - Parameters:
  ///   - isLoopback: Whether the gateway listens on a loopback address; then only loopback names are
  ///     its own.
  ///   - allowedHosts: Names that are the gateway's own too. Where there are any, no other listener
  ///     accepts every name either.
  ///   - allowedOrigins: Whose pages may use the gateway as its own may.
  public init(
    isLoopback: Bool, allowedHosts: [String], allowedOrigins: AllowedOrigins = AllowedOrigins()
  ) {
    self.isLoopback = isLoopback
    self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
    self.allowedOrigins = allowedOrigins
  }

  /// Whether the request is for this host, and of none but its own pages.
  public func allows(_ request: Request) -> Bool {
    (try? check(request)) != nil
  }

  /// - Parameter isHealthCheck: Whether the request is for nothing but the gateway's own state. Kubernetes and
  ///   balancers ask for that by the address alone, which is none of the names that an operator would list. On a
  ///   loopback address none of them asks, but a page that calls itself by another name may.
  func check(
    _ request: Request, isHealthCheck: @autoclosure () -> Bool = false
  ) throws(Problem) {
    let origin = request.fields[.origin]
    if let authority = request.authority, !isOurs(authority),
      isLoopback || origin != nil || !isHealthCheck()
    {
      throw Problem(
        .misdirectedRequest,
        "the host '\(authority.prefix(100))' is not one of the gateway's; "
          + "--allowed-host adds a name to them")
    }
    if let origin, !isAllowed(Origin(origin), of: request) {
      throw Problem(
        .origin,
        "the origin '\(origin.prefix(100))' may not use the gateway; --allowed-origin lets its pages"
      )
    }
  }

  private func isOurs(_ authority: String) -> Bool {
    let authority = Authority(authority)
    if allowedHosts.contains(authority.host) { return true }
    return isLoopback ? authority.isLoopback : allowedHosts.isEmpty
  }

  /// Whether the page came from the gateway itself (RFC 6454 §5), or from where the operator allows.
  private func isAllowed(_ origin: Origin?, of request: Request) -> Bool {
    guard let origin else { return false }
    if allowedOrigins.contains(origin) { return true }
    guard let authority = request.authority else { return false }
    return origin == Origin(scheme: request.scheme, authority: Authority(authority))
  }
}
