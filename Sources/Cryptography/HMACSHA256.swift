/// HMAC-SHA-256 (RFC 2104), the keyed hash that SigV4 signs with: one key, for any number of messages.
///
/// Keeps the two hashes that every code begins with, of the key as the inner and as the outer one have
/// it: a code then costs the hash of its message and one block more, and half of what OpenSSL's own HMAC
/// takes to be set up with a key and thrown away.
public final class HMACSHA256: Sendable {
  private let inner: SHA256
  private let outer: SHA256

  /// - Parameter key: of any length.
  public init(key: Span<UInt8>) {
    var block = InlineArray<64, UInt8>(repeating: 0)
    if key.count <= block.count {
      for index in key.indices { block[index] = key[index] }
    } else {
      let digest = SHA256.hash(key).bytes
      for index in digest.indices { block[index] = digest[index] }
    }
    inner = Self.hash(block, padding: 0x36)
    outer = Self.hash(block, padding: 0x5c)
  }

  private static func hash(_ key: InlineArray<64, UInt8>, padding: UInt8) -> SHA256 {
    var block = key
    for index in block.indices { block[index] ^= padding }
    var hash = SHA256()
    hash.update(block.span)
    return hash
  }

  /// The code of `message`.
  public func code(_ message: Span<UInt8>) -> Digest {
    var inner = SHA256(copying: inner)
    inner.update(message)
    var outer = SHA256(copying: outer)
    outer.update(inner.finalize().bytes.span)
    return outer.finalize()
  }

  /// The code of `message` in UTF-8 under `key`: a step of SigV4's key derivation.
  public static func code(_ message: String, key: Span<UInt8>) -> Digest {
    HMACSHA256(key: key).code(message.utf8.span)
  }
}
