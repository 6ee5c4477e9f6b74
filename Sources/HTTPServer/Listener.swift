import CLinux
public import EventLoop
import Glibc

/// A socket that accepts connections.
public struct Listener: ~Copyable {
  /// What an attempt to accept a connection gave.
  enum Outcome: ~Copyable {
    case connection(FileDescriptor)
    case wouldBlock
    /// The process or the system is out of descriptors or memory, for now.
    case exhausted(SystemError)
  }

  private let descriptor: FileDescriptor

  /// Binds and listens.
  ///
  /// - Parameter isShared: Whether other workers of this process bind the same address. A process that
  ///   shares a port would also share it, silently, with another process: ``checkFree(_:)`` first.
  public init(_ address: ListenAddress, isShared: Bool) throws(SystemError) {
    let descriptor = try Self.bind(address, isShared: isShared)
    // Inherited by the accepted sockets. Without it Nagle holds an answer's last packet for the
    // peer's delayed ACK, 40 ms.
    try Self.enable(TCP_NODELAY, Int32(IPPROTO_TCP), on: descriptor.rawValue)
    guard listen(descriptor.rawValue, SOMAXCONN) == 0 else {
      throw SystemError("listen on \(address)")
    }
    self.descriptor = descriptor
  }

  /// Throws where another process listens on the address already.
  public static func checkFree(_ address: ListenAddress) throws(SystemError) {
    _ = try bind(address, isShared: false)
  }

  private static func bind(
    _ address: ListenAddress, isShared: Bool
  ) throws(SystemError) -> FileDescriptor {
    let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let raw = socket(Int32(address.family), Int32(type), 0)
    guard raw >= 0 else { throw SystemError("socket") }
    let descriptor = FileDescriptor(owning: raw)
    try enable(SO_REUSEADDR, SOL_SOCKET, on: raw)
    if isShared { try enable(SO_REUSEPORT, SOL_SOCKET, on: raw) }
    let result = address.bytes.withUnsafeBytes {
      Glibc.bind(
        raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    guard result == 0 else { throw SystemError("bind to \(address)") }
    return descriptor
  }

  var rawValue: Int32 { descriptor.rawValue }

  /// The port it listens on, the chosen one where 0 was asked for.
  public var port: UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
      guard getsockname(rawValue, address, &length) == 0 else { return 0 }
      // The port stands at the same place in sockaddr_in and sockaddr_in6.
      return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
    }
  }

  borrowing func accept() -> Outcome {
    while true {
      let raw = clinux_accept(rawValue)
      guard raw < 0 else { return .connection(FileDescriptor(owning: raw)) }
      switch errno {
      case EAGAIN: return .wouldBlock
      // accept(2): errors of the connection that was waiting, which is gone; the next one may be well.
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH: continue
      default: return .exhausted(SystemError("accept"))
      }
    }
  }

  private static func enable(
    _ option: Int32, _ level: Int32, on descriptor: Int32
  ) throws(SystemError) {
    var one: Int32 = 1
    guard setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw SystemError("setsockopt") }
  }
}
