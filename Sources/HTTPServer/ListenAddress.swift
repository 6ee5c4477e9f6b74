import EventLoop
import Glibc

/// Where a server listens: a host and a port, resolved to one socket address.
public struct ListenAddress: Sendable, CustomStringConvertible {
  /// Why a text is no address to listen on.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    case form(String)
    case unresolvable(String, reason: String)

    public var description: String {
      switch self {
      case .form(let text):
        "'\(text)' is not HOST:PORT with a port from 0 to 65535, as in 127.0.0.1:8080 or [::1]:8080"
      case .unresolvable(let host, let reason): "the host '\(host)' can't be resolved: \(reason)"
      }
    }
  }

  public let host: String
  public let port: UInt16
  /// The socket address: `sockaddr_in` or `sockaddr_in6`, as bytes.
  let bytes: [UInt8]

  /// Reads `HOST:PORT`; an IPv6 address stands in brackets. Port 0 lets the system choose.
  public init(parsing text: String) throws(Problem) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]),
      text[text.index(after: colon)...].allSatisfy(\.isNumber)
    else { throw .form(text) }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    // Brackets are for IPv6 addresses, and those must have them.
    guard !host.isEmpty, host.contains(":") == isBracketed else { throw .form(text) }
    try self.init(host: String(host), port: port)
  }

  public init(host: String, port: UInt16) throws(Problem) {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, let first = list else {
      throw .unresolvable(host, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    bytes = Array(
      UnsafeRawBufferPointer(
        start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool {
    switch Int32(family) {
    case AF_INET: bytes[4] == 127
    case AF_INET6: bytes[8..<24].elementsEqual([UInt8](repeating: 0, count: 15) + [1])
    default: false
    }
  }

  /// `host:port`, as a URL has it.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// The same host with another port.
  public func with(port: UInt16) throws(Problem) -> ListenAddress {
    try ListenAddress(host: host, port: port)
  }

  var family: sa_family_t {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: sockaddr.self).sa_family }
  }
}
