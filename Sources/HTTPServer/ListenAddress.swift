import Glibc

/// Where a server listens.
public enum ListenAddress: Sendable, CustomStringConvertible {
  /// `HOST:PORT`.
  case internet(InternetAddress)
  /// `unix:PATH`: a stream socket in the file system (unix(7)).
  case unix(path: String)

  /// Why a text is no address to listen on.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    case form(String)
    case unresolvable(String, reason: String)
    case path(String)

    public var description: String {
      switch self {
      case .form(let text):
        "'\(text)' is not HOST:PORT with a port from 0 to 65535, as in 127.0.0.1:8080 or "
          + "[::1]:8080, nor unix:PATH"
      case .unresolvable(let host, let reason): "the host '\(host)' can't be resolved: \(reason)"
      case .path(let path):
        "the path '\(path)' has \(path.utf8.count) bytes; that of a unix socket has from 1 to "
          + "\(ListenAddress.longestPath)"
      }
    }
  }

  /// What `sun_path` holds beside the NUL that ends it, in bytes.
  public static let longestPath = 107

  /// Reads `HOST:PORT`, where an IPv6 address stands in brackets and port 0 lets the system choose; or
  /// `unix:PATH`.
  public init(parsing text: String) throws(Problem) {
    guard text.hasPrefix("unix:") else {
      self = .internet(try InternetAddress(parsing: text))
      return
    }
    let path = String(text.dropFirst(5))
    guard (1...Self.longestPath).contains(path.utf8.count) else { throw .path(path) }
    self = .unix(path: path)
  }

  /// A port that only this machine can reach: of 127.0.0.1.
  public static func loopback(port: UInt16) -> ListenAddress {
    .internet(InternetAddress(loopbackPort: port))
  }

  public init(host: String, port: UInt16) throws(Problem) {
    self = .internet(try InternetAddress(host: host, port: port))
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool {
    switch self {
    case .internet(let address): address.isLoopback
    case .unix: true
    }
  }

  /// The port; nil where there are none.
  public var port: UInt16? {
    switch self {
    case .internet(let address): address.port
    case .unix: nil
    }
  }

  /// As ``init(parsing:)`` reads it.
  public var description: String {
    switch self {
    case .internet(let address): address.description
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The same host with another port; the same path.
  public func with(port: UInt16) -> ListenAddress {
    switch self {
    case .internet(let address): .internet(address.with(port: port))
    case .unix: self
    }
  }

  /// The socket address: `sockaddr_in`, `sockaddr_in6` or `sockaddr_un`, as bytes.
  var bytes: [UInt8] {
    switch self {
    case .internet(let address): address.bytes
    case .unix(let path):
      withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + Array(path.utf8) + [0]
    }
  }

  var family: Int32 {
    Int32(bytes.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) })
  }
}
