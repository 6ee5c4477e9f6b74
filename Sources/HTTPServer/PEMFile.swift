import COpenSSL
import EventLoop
import Glibc

/// Why a PEM file has not what it should.
struct PEMError: Error {
  let reason: String
}

/// A PEM file (RFC 7468), read one object after the other.
struct PEMFile: ~Copyable {
  private static let largest = 1024 * 1024

  private let bio: OpaquePointer

  init(_ path: String) throws(PEMError) {
    let descriptor = try Self.open(path)
    var bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Self.read(descriptor)
    } catch {
      throw PEMError(reason: error.reason)
    }
    // There may be a private key in them.
    defer { bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
    guard bytes.count <= Self.largest else {
      throw PEMError(reason: "it has more than \(Self.largest) bytes")
    }
    guard let bio = BIO_new(BIO_s_secmem()) else { throw PEMError(reason: "no memory") }
    self.bio = bio
    BIO_write(bio, bytes, Int32(bytes.count))
  }

  deinit { BIO_free(bio) }

  /// The certificates that follow; one at least.
  func certificates() throws(PEMError) -> [X509Certificate] {
    var certificates: [X509Certificate] = []
    ERR_clear_error()
    while let certificate = PEM_read_bio_X509(bio, nil, noPassphrase, nil) {
      certificates.append(X509Certificate(owning: certificate))
    }
    // The end is an error too: that no other object begins.
    guard ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE else {
      throw PEMError(reason: "a certificate in it can't be read: \(OpenSSLError.reason())")
    }
    guard !certificates.isEmpty else { throw PEMError(reason: "it has no certificate") }
    return certificates
  }

  /// The first private key.
  func privateKey() throws(PEMError) -> PrivateKey {
    ERR_clear_error()
    var isEncrypted = false
    if let key = PEM_read_bio_PrivateKey(bio, nil, noPassphrase, &isEncrypted) {
      return PrivateKey(owning: key)
    }
    // OpenSSL has one word, "unsupported", for a key that is damaged and for none.
    throw PEMError(
      reason: isEncrypted
        ? "its key is encrypted; give one without a passphrase"
        : "it has no private key that can be read")
  }

  /// Of a regular file alone: others may never end, or never begin.
  private static func open(_ path: String) throws(PEMError) -> FileDescriptor {
    // To open a pipe that nobody writes to would wait.
    let raw = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard raw >= 0 else { throw PEMError(reason: SystemError("open").reason) }
    let descriptor = FileDescriptor(owning: raw)
    var status = stat()
    guard fstat(raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PEMError(reason: "it is not a regular file")
    }
    return descriptor
  }

  private static func read(_ descriptor: borrowing FileDescriptor) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: largest + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor.rawValue, $0.baseAddress! + filled, $0.count - filled)
      }
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw SystemError("read")
      }
      guard count > 0 else { break }
      filled += count
    }
    bytes.removeSubrange(filled...)
    return bytes
  }
}

/// Says that it was asked. OpenSSL's own would ask the terminal.
private func noPassphrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32,
  _ wasAsked: UnsafeMutableRawPointer?
) -> Int32 {
  wasAsked?.assumingMemoryBound(to: Bool.self).pointee = true
  return -1
}
