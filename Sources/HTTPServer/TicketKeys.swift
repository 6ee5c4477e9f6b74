import COpenSSL
import EventLoop

/// The keys that session tickets (RFC 5077, RFC 8446 §4.6.1) are sealed with.
///
/// In TLS 1.2 a ticket's key opens all that was said in the sessions which it has resumed, so none is kept
/// for long: a key seals tickets for a day, and opens them for at most another. OpenSSL's own never change.
///
/// It is the handshakes that replace keys, so a server with which nobody shakes hands keeps its last ones.
final class TicketKeys: Sendable {
  /// More than the two hours for which OpenSSL lets a session be resumed.
  static let life = Duration.seconds(24 * 60 * 60)

  private struct Keys: ~Copyable, Sendable {
    var current: TicketKey
    var previous: TicketKey?
    /// When the current one began.
    var begin: Instant

    mutating func replaceOld(at now: Instant) {
      let end = begin + TicketKeys.life
      guard now >= end else { return }
      var key = TicketKey()
      swap(&key, &current)
      let isRecent = now < end + TicketKeys.life
      previous = isRecent ? consume key : nil
      begin = isRecent ? end : now
    }
  }

  private let clock: @Sendable () -> Instant
  private let keys: Lock<Keys>

  init(clock: @escaping @Sendable () -> Instant) {
    self.clock = clock
    keys = Lock(Keys(current: TicketKey(), previous: nil, begin: clock()))
  }

  /// Has an `SSL_CTX` use them, as long as it lives: sessions keep it alive.
  func use(in context: OpaquePointer) {
    let reference = Unmanaged.passRetained(self).toOpaque()
    guard SSL_CTX_set_ex_data(context, Self.index, reference) == 1,
      SSL_CTX_set_tlsext_ticket_key_evp_cb(
        context,
        { session, name, iv, cipher, mac, seals in
          guard let session, let name, let iv, let cipher, let mac,
            let reference = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), TicketKeys.index)
          else { return -1 }
          let keys = Unmanaged<TicketKeys>.fromOpaque(reference).takeUnretainedValue()
          return seals == 1 ? keys.seal(name, iv, cipher, mac) : keys.open(name, iv, cipher, mac)
        }) == 1
    else { TLSSettings.outOfMemory() }
  }

  /// Where an `SSL_CTX` keeps its own.
  private static let index: Int32 = {
    let index = CRYPTO_get_ex_new_index(
      CRYPTO_EX_INDEX_SSL_CTX, 0, nil, nil, nil,
      { _, reference, _, _, _, _ in
        if let reference { Unmanaged<TicketKeys>.fromOpaque(reference).release() }
      })
    guard index >= 0 else { TLSSettings.outOfMemory() }
    return index
  }()

  // MARK: What OpenSSL asks for (SSL_CTX_set_tlsext_ticket_key_evp_cb(3))

  private func seal(
    _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer,
    _ mac: OpaquePointer
  ) -> Int32 {
    let now = clock()
    return keys.withLock { keys in
      keys.replaceOld(at: now)
      return keys.current.seal(name, iv, cipher, mac) ? 1 : -1
    }
  }

  /// 0, which is a whole handshake, for a ticket of no key that is still there; 2, which is a new ticket,
  /// for one of the previous key.
  private func open(
    _ name: UnsafePointer<UInt8>, _ iv: UnsafePointer<UInt8>, _ cipher: OpaquePointer,
    _ mac: OpaquePointer
  ) -> Int32 {
    let now = clock()
    return keys.withLock { keys in
      keys.replaceOld(at: now)
      if keys.current.hasName(name) { return keys.current.open(iv, cipher, mac) ? 1 : -1 }
      guard keys.previous?.hasName(name) == true else { return 0 }
      return keys.previous?.open(iv, cipher, mac) == true ? 2 : -1
    }
  }
}
