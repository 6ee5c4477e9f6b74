import COpenSSL

/// Whether two runs of bytes are the same, in a time that depends on their lengths only.
///
/// A difference in length is told at once: compare digests where the length itself is secret.
public func isEqualInConstantTime(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  return left.withUnsafeBytes { left in
    right.withUnsafeBytes { right in
      // An empty span has no address, and CRYPTO_memcmp is declared to want one.
      left.isEmpty || CRYPTO_memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
    }
  }
}
