import COpenSSL

/// One name and the two keys behind it, as RFC 5077 §4 recommends, with AES of 256 bits.
// `@unchecked`: the bytes are its own, and never change.
struct TicketKey: ~Copyable, @unchecked Sendable {
  private static let (nameCount, keyCount, ivCount) = (16, 32, Int32(16))

  /// The name, the key of AES and that of HMAC; in one place, to be wiped at the end.
  private let bytes: UnsafeMutableRawBufferPointer

  init() {
    bytes = .allocate(byteCount: Self.nameCount + 2 * Self.keyCount, alignment: 16)
    guard RAND_priv_bytes(bytes.baseAddress, Int32(bytes.count)) == 1 else {
      preconditionFailure("OpenSSL has no random bytes")
    }
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }

  private var cipherKey: UnsafePointer<UInt8> { key(at: Self.nameCount) }
  private var macKey: UnsafePointer<UInt8> { key(at: Self.nameCount + Self.keyCount) }

  private func key(at offset: Int) -> UnsafePointer<UInt8> {
    UnsafePointer((bytes.baseAddress! + offset).assumingMemoryBound(to: UInt8.self))
  }

  /// - Parameter name: 16 bytes.
  func hasName(_ name: UnsafePointer<UInt8>) -> Bool {
    bytes.prefix(Self.nameCount).elementsEqual(
      UnsafeBufferPointer(start: name, count: Self.nameCount))
  }

  /// Writes the name and a new initialization vector, and prepares the contexts. False for want of memory
  /// or of random bytes.
  func seal(
    _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer,
    _ mac: OpaquePointer
  ) -> Bool {
    UnsafeMutableRawPointer(name).copyMemory(from: bytes.baseAddress!, byteCount: Self.nameCount)
    return RAND_bytes(iv, Self.ivCount) == 1
      && EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, cipherKey, iv) == 1 && prepare(mac)
  }

  /// Prepares the contexts for a ticket of this name.
  func open(_ iv: UnsafePointer<UInt8>, _ cipher: OpaquePointer, _ mac: OpaquePointer) -> Bool {
    EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, cipherKey, iv) == 1 && prepare(mac)
  }

  private func prepare(_ mac: OpaquePointer) -> Bool {
    COpenSSL_HMAC_set_digest(mac, "SHA256") == 1
      && EVP_MAC_init(mac, macKey, Self.keyCount, nil) == 1
  }
}
