public import HTTPMessage
import HTTPTypes

/// The proxies that pass requests on to the gateway, and are believed when they say for whom.
///
/// Nobody else's word counts: a caller can send `X-Forwarded-For` as well.
public struct TrustedProxies: Sendable {
  public enum Proxy: Equatable, Sendable, CustomStringConvertible {
    case network(Network)
    /// Whoever connects by a unix socket.
    case unixSocket

    /// Reads an address, a network as in `10.0.0.0/8`, or `unix`; nil for everything else.
    public init?(_ text: String) {
      if text == "unix" {
        self = .unixSocket
      } else {
        guard let network = Network(text) else { return nil }
        self = .network(network)
      }
    }

    public var description: String {
      switch self {
      case .network(let network): network.description
      case .unixSocket: "unix"
      }
    }
  }

  private let proxies: [Proxy]

  public init(_ proxies: [Proxy] = []) {
    self.proxies = proxies
  }

  /// The request as the first of the proxies got it: its peer and its scheme.
  func unwrapped(_ request: Request) -> Request {
    guard trusts(request.peer) else { return request }
    return Request(
      method: request.method, path: request.path, query: request.query,
      scheme: Self.scheme(request.fields) ?? request.scheme, authority: request.authority,
      fields: request.fields, peer: client(request.fields) ?? request.peer,
      clientCertificate: request.clientCertificate, body: request.body, waiting: request.waiting)
  }

  private func trusts(_ peer: IPAddress?) -> Bool {
    proxies.contains { proxy in
      switch (proxy, peer) {
      case (.network(let network), let peer?): network.contains(peer)
      case (.unixSocket, nil): true
      case (.network, nil), (.unixSocket, _?): false
      }
    }
  }

  /// The last address that is no proxy's: each proxy appends whom it has got the request from, so what stands
  /// before that address is the word of somebody unknown. Where one of them has written something else, it is
  /// the proxy itself that counts.
  private func client(_ fields: FieldSection) -> IPAddress? {
    guard let list = fields[.xForwardedFor] else { return nil }
    var client: IPAddress?
    for element in list.split(separator: ",", omittingEmptySubsequences: false).reversed() {
      guard let address = Self.address(element) else { return client }
      client = address
      guard trusts(address) else { break }
    }
    return client
  }

  /// An address, which some proxies write with the port.
  private static func address(_ element: Substring) -> IPAddress? {
    let text = element.drop { $0 == " " || $0 == "\t" }
    let trimmed = text.prefix { $0 != " " && $0 != "\t" }
    if let address = IPAddress(trimmed) { return address }
    let host = Authority(trimmed).host
    return IPAddress(
      host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host[...])
  }

  /// The one that the last proxy has appended.
  private static func scheme(_ fields: FieldSection) -> String? {
    guard let list = fields[.xForwardedProto],
      let last = list.split(separator: ",", omittingEmptySubsequences: false).last
    else { return nil }
    let scheme = last.lowercased().filter { $0 != " " && $0 != "\t" }
    return scheme == "http" || scheme == "https" ? scheme : nil
  }
}

extension HTTPField.Name {
  fileprivate static let xForwardedFor = Self("X-Forwarded-For")!
  fileprivate static let xForwardedProto = Self("X-Forwarded-Proto")!
}
