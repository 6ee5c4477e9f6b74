import Callers
import HTTPMessage

/// Those requests that are counted together.
enum Partition: Hashable, Sendable {
  case caller(Caller)
  /// Callers without a name, from here.
  case network(Network)

  /// - Parameter peer: Where the request comes from; nil for a unix socket, whose nameless callers are all one.
  init(_ caller: Caller, from peer: IPAddress?) {
    guard caller.kind == .anonymous, let peer else {
      self = .caller(caller)
      return
    }
    self = .network(Self.network(of: peer))
  }

  /// One IPv4 address, but 64 bits of an IPv6 one: whoever has one of those addresses has all that begin
  /// so (RFC 4291 §2.5.4).
  static func network(of peer: IPAddress) -> Network {
    Network(of: peer, length: peer.isV4 ? 128 : 64)
  }
}
