import EventLoop
import Glibc

/// A host and a port, resolved to one socket address.
public struct InternetAddress: Sendable, CustomStringConvertible {
  public let host: String
  public private(set) var port: UInt16
  /// The socket address: `sockaddr_in` or `sockaddr_in6`, as bytes.
  private(set) var bytes: [UInt8]

  /// Reads `HOST:PORT`; an IPv6 address stands in brackets. Port 0 lets the system choose.
  init(parsing text: String) throws(ListenAddress.Problem) {
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

  init(host: String, port: UInt16) throws(ListenAddress.Problem) {
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

  /// 127.0.0.1, which needs no resolver.
  init(loopbackPort port: UInt16) {
    self.port = port
    host = "127.0.0.1"
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    bytes = withUnsafeBytes(of: address) { Array($0) }
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool {
    switch Int32(family) {
    case AF_INET: bytes[4] == 127
    case AF_INET6: bytes[8..<24].elementsEqual([UInt8](repeating: 0, count: 15) + [1])
    default: false
    }
  }

  /// `host:port` for who connects from this machine: a wildcard address (0.0.0.0, [::]) is none to connect to.
  public var localAuthority: String {
    switch Int32(family) {
    case AF_INET where bytes[4..<8].allSatisfy { $0 == 0 }: "127.0.0.1:\(port)"
    case AF_INET6 where bytes[8..<24].allSatisfy { $0 == 0 }: "[::1]:\(port)"
    default: description
    }
  }

  /// `host:port`, as a URL has it.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// The same host with another port.
  func with(port: UInt16) -> InternetAddress {
    var other = self
    other.port = port
    // At the same place in sockaddr_in and sockaddr_in6, in network order.
    other.bytes[2] = UInt8(port >> 8)
    other.bytes[3] = UInt8(truncatingIfNeeded: port)
    return other
  }

  private var family: sa_family_t {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: sockaddr.self).sa_family }
  }
}
