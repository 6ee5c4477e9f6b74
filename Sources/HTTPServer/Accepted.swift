import EventLoop
import Glibc
import HTTPMessage

/// A connection that a listener has taken.
struct Accepted: ~Copyable {
  let descriptor: FileDescriptor
  /// nil over a unix socket.
  let peer: IPAddress?

  init(_ descriptor: consuming FileDescriptor, from peer: IPAddress?) {
    self.descriptor = descriptor
    self.peer = peer
  }
}

extension IPAddress {
  /// The address in what accept(2) has written where there is room for either family's; nil for another
  /// family's, as a unix socket's.
  init?(_ address: sockaddr_in6) {
    switch Int32(address.sin6_family) {
    case AF_INET:
      let v4 = withUnsafeBytes(of: address) { $0.load(as: sockaddr_in.self) }
      self.init(v4: UInt32(bigEndian: v4.sin_addr.s_addr))
    case AF_INET6:
      let groups = withUnsafeBytes(of: address.sin6_addr) { Array($0.bindMemory(to: UInt16.self)) }
      self.init(groups: groups.map(UInt16.init(bigEndian:)))
    default: return nil
    }
  }
}
