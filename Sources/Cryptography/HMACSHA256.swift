import COpenSSL

/// HMAC-SHA-256 (RFC 2104), the keyed hash that SigV4 signs with. Failures end the process, as
/// ``SHA256``'s do.
public enum HMACSHA256 {
  /// The code of `message` under `key`, which may have any length.
  public static func code(_ message: Span<UInt8>, key: Span<UInt8>) -> Digest {
    guard let context = EVP_MAC_CTX_dup(template) else { outOfMemory() }
    defer { EVP_MAC_CTX_free(context) }
    key.withUnsafeBufferPointer { key in
      // No address would mean "keep the key there is" to EVP_MAC_init, so an empty key still needs
      // one.
      var empty: UInt8 = 0
      let done = withUnsafePointer(to: &empty) { empty in
        EVP_MAC_init(context, key.baseAddress ?? empty, key.count, nil)
      }
      guard done == 1 else { outOfMemory() }
    }
    message.withUnsafeBufferPointer { message in
      guard EVP_MAC_update(context, message.baseAddress, message.count) == 1 else { outOfMemory() }
    }
    return Digest { digest in
      guard EVP_MAC_final(context, digest, nil, Digest.byteCount) == 1 else { outOfMemory() }
    }
  }

  /// The code of `message` in UTF-8 under `key`: a step of SigV4's key derivation.
  public static func code(_ message: String, key: Span<UInt8>) -> Digest {
    code(message.utf8.span, key: key)
  }
}

/// An HMAC that knows its hash and no key: a copy of it needs none of the look-ups that a new one
/// does.
///
/// `nonisolated(unsafe)`: the pointer is never changed and what it points to is only copied, which
/// counts references atomically and writes nothing else.
private nonisolated(unsafe) let template: OpaquePointer = {
  let hmac = EVP_MAC_fetch(nil, "HMAC", nil)
  defer { EVP_MAC_free(hmac) }
  guard let context = EVP_MAC_CTX_new(hmac), COpenSSL_HMAC_set_digest(context, "SHA256") == 1 else {
    preconditionFailure("OpenSSL has no HMAC-SHA-256")
  }
  return context
}()
