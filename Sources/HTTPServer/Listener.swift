import CLinux
public import EventLoop
import Glibc
import HTTPMessage

/// A socket that accepts connections, and the file of a unix socket: both end with it.
///
/// One worker owns the one of a port. That of a unix socket is shared by all, since there is no
/// SO_REUSEPORT for paths: each worker's loop watches the same socket, and who is first takes the
/// connection. All of them wake for it; with EPOLLEXCLUSIVE one alone would, but the same one each time
/// until it is busy, and it would end up with nearly every connection that is kept.
public final class Listener: Sendable {
  /// What an attempt to accept a connection gave.
  enum Outcome: ~Copyable {
    case connection(Accepted)
    case wouldBlock
    /// The process or the system is out of descriptors or memory, for now.
    case exhausted
  }

  /// Where it listens, with the port that was chosen where 0 was asked for.
  public let address: ListenAddress
  /// nil for a port.
  public let file: SocketFile?

  /// Bytes of a connection that the kernel holds and has not sent yet.
  private static let unsentLimit: Int32 = 128 * 1024

  private let descriptor: FileDescriptor

  /// Who else may have the same port.
  private enum Sharing {
    case nobody
    /// Those who join it; it joins nobody.
    case founder
    case member
  }

  /// Binds and listens. A file that a dead unix socket has left behind is replaced.
  ///
  /// Throws `EADDRINUSE` where somebody listens there, another listener of this process included; `EEXIST`
  /// where a file of another kind is.
  ///
  /// - Parameters:
  ///   - isShared: Whether ``init(joining:)`` is to follow.
  ///   - socketMode: Who may connect to a unix socket: its owner alone where not given. Not for ports.
  public convenience init(
    _ address: ListenAddress, isShared: Bool, socketMode: UInt32? = nil
  ) throws(SystemError) {
    try self.init(address, isShared ? .founder : .nobody, socketMode)
  }

  /// Another one of the same port, for another worker.
  convenience init(joining first: Listener) throws(SystemError) {
    try self.init(first.address, .member, nil)
  }

  private init(
    _ address: ListenAddress, _ sharing: Sharing, _ socketMode: UInt32?
  ) throws(SystemError) {
    if case .unix(let path) = address { try Self.clear(path) }
    let descriptor = try Self.bind(address, sharing)
    switch address {
    case .internet:
      // Inherited by the accepted sockets. Without it Nagle holds an answer's last packet for the
      // peer's delayed ACK, 40 ms.
      try Self.set(TCP_NODELAY, Int32(IPPROTO_TCP), to: 1, on: descriptor.rawValue)
      // Inherited too: a peer that reads nothing must not fill the kernel's memory with megabytes.
      try Self.set(
        TCP_NOTSENT_LOWAT, Int32(IPPROTO_TCP), to: Self.unsentLimit, on: descriptor.rawValue)
      self.address = address.with(port: Self.port(of: descriptor.rawValue))
      file = nil
    case .unix(let path):
      self.address = address
      file = try SocketFile(at: path)
      // Not before the bind: the umask would take away from it. Nobody can connect before listen(2).
      if let socketMode, fchmodat(AT_FDCWD, path, socketMode, AT_SYMLINK_NOFOLLOW) != 0 {
        let error = SystemError("chmod \(path)")
        file?.remove()
        throw error
      }
    }
    self.descriptor = descriptor
    guard listen(rawValue, SOMAXCONN) == 0 else { throw SystemError("listen on \(address)") }
  }

  deinit { file?.remove() }

  /// One for each of so many workers.
  public static func forWorkers(
    _ count: Int, on address: ListenAddress, socketMode: UInt32? = nil
  ) throws(SystemError) -> [Listener] {
    let first = try Listener(address, isShared: count > 1, socketMode: socketMode)
    var all = [first]
    while all.count < count {
      switch address {
      case .internet: all.append(try Listener(joining: first))
      case .unix: all.append(first)
      }
    }
    return all
  }

  /// Makes room for a unix socket. Two processes that begin at one moment can both find the same dead
  /// socket; then one of them may end up without its file.
  private static func clear(_ path: String) throws(SystemError) {
    guard let left = try SocketFile(at: path), try !left.isLive() else { return }
    left.remove()
  }

  private static func bind(
    _ address: ListenAddress, _ sharing: Sharing
  ) throws(SystemError) -> FileDescriptor {
    let descriptor = try FileDescriptor.streamSocket(address.family)
    let raw = descriptor.rawValue
    switch address {
    case .internet:
      try set(SO_REUSEADDR, SOL_SOCKET, to: 1, on: raw)
      // Inherited by the accepted sockets: an urgent byte (tcp(7)) is one like any other.
      try set(SO_OOBINLINE, SOL_SOCKET, to: 1, on: raw)
      // [::] is every address, those of IPv4 among them, whatever net.ipv6.bindv6only says.
      if address.family == AF_INET6 { try set(IPV6_V6ONLY, Int32(IPPROTO_IPV6), to: 0, on: raw) }
      if case .member = sharing { try set(SO_REUSEPORT, SOL_SOCKET, to: 1, on: raw) }
    case .unix:
      // Linux makes the file with the mode of the socket itself, less the umask: unlike chmod afterwards
      // this leaves no moment in which others could connect, unlike umask it is no other thread's affair.
      guard fchmod(raw, 0o600) == 0 else { throw SystemError("fchmod") }
    }
    let result = address.bytes.withUnsafeBytes {
      Glibc.bind(
        raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    guard result == 0 else { throw SystemError("bind to \(address)") }
    // Not before the bind: that would join whoever shares the port already, another gateway say.
    if case (.founder, .internet) = (sharing, address) {
      try set(SO_REUSEPORT, SOL_SOCKET, to: 1, on: raw)
    }
    return descriptor
  }

  /// The port it listens on; 0 where it has none.
  public var port: UInt16 { address.port ?? 0 }

  var rawValue: Int32 { descriptor.rawValue }

  private static func port(of descriptor: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
      guard getsockname(descriptor, address, &length) == 0 else { return 0 }
      // The port stands at the same place in sockaddr_in and sockaddr_in6.
      return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
    }
  }

  /// Lets nobody else in. Who is in the queue already can still be accepted, and is reset if the listener
  /// ends before: the kernel has told those that they are connected.
  ///
  /// Returns how long handshakes that have begun may take to get there: a round trip.
  func turnNewcomersAway() -> Duration {
    switch address {
    case .internet:
      _ = clinux_drop_handshakes(rawValue)
      return .milliseconds(250)
    case .unix:
      file?.remove()
      // connect(2), which is done at once, is refused from now on. And the socket is readable for ever.
      _ = shutdown(rawValue, Int32(SHUT_RD))
      return .zero
    }
  }

  func accept() -> Outcome {
    while true {
      var peer = sockaddr_in6()
      var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      let raw = withUnsafeMutableBytes(of: &peer) {
        clinux_accept(rawValue, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
      }
      guard raw < 0 else {
        return .connection(Accepted(FileDescriptor(owning: raw), from: IPAddress(peer)))
      }
      switch errno {
      // EINVAL: the queue of a unix socket that turns newcomers away is empty.
      case EAGAIN, EINVAL: return .wouldBlock
      // accept(2): errors of the connection that was waiting, which is gone; the next one may be well.
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH: continue
      default: return .exhausted
      }
    }
  }

  private static func set(
    _ option: Int32, _ level: Int32, to value: Int32, on descriptor: Int32
  ) throws(SystemError) {
    var value = value
    guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw SystemError("setsockopt") }
  }
}
