import COpenSSL

/// SHA-256 (FIPS 180-4), at once or a piece at a time.
///
/// OpenSSL can fail here only for want of memory, which no input brings about and nothing can be
/// done about: a failure ends the process, so that callers have no error to handle.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// A hash of nothing yet.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
      outOfMemory()
    }
    self.context = context
  }

  /// Goes on from where `other` is, which stays as it is.
  init(copying other: borrowing SHA256) {
    guard let context = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(context, other.context) == 1 else {
      outOfMemory()
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Hashes `bytes` after those before.
  public mutating func update(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBytes { bytes in
      guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { outOfMemory() }
    }
  }

  /// The hash of all that was given.
  public consuming func finalize() -> Digest {
    Digest { digest in
      guard EVP_DigestFinal_ex(context, digest, nil) == 1 else { outOfMemory() }
    }
  }

  /// The hash of `bytes`.
  public static func hash(_ bytes: Span<UInt8>) -> Digest {
    bytes.withUnsafeBytes { bytes in
      Digest { digest in
        guard EVP_Digest(bytes.baseAddress, bytes.count, digest, nil, algorithm, nil) == 1 else {
          outOfMemory()
        }
      }
    }
  }

  /// The hash of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest {
    hash(bytes.span)
  }

  /// The hash of `text` in UTF-8.
  public static func hash(_ text: String) -> Digest {
    hash(text.utf8.span)
  }
}

/// Who holds a hash owns its context, and nobody else knows of it; OpenSSL reads what it copies.
extension SHA256: @unchecked Sendable {}

/// SHA-256 as OpenSSL's provider has it: fetched once, because each use of `EVP_sha256()` looks it
/// up again.
///
/// `nonisolated(unsafe)`: the pointer is never changed, and OpenSSL never writes to a fetched
/// algorithm but for its reference count, which is atomic.
private nonisolated(unsafe) let algorithm: OpaquePointer = {
  guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
    preconditionFailure("OpenSSL has no SHA-256")
  }
  return algorithm
}()
