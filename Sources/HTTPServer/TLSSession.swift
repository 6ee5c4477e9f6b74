import COpenSSL
import EventLoop
import Glibc
import HTTPMessage

/// The server's side of TLS on one non-blocking socket.
struct TLSSession: ~Copyable {
  enum Handshake: Equatable {
    case complete
    case wouldBlock
    /// Others have their turn; more may be there.
    case unfinished
    /// The peer has been told why, as far as TLS has words for it.
    case failed(TLSFault)
  }

  /// Bytes that one call may read, which is some records: OpenSSL reads on over what is not for the
  /// application, and the peer may have much of it ready.
  private static let bytesInARow = 64 * 1024

  /// Records in a row without content. A change of keys (RFC 8446 §4.6.3), which a peer needs once in
  /// millions of records, costs the server as much as a small request, and a peer that has them ready
  /// nothing.
  private static let recordsWithoutContent = 32

  private let session: OpaquePointer

  /// - Parameter context: An `SSL_CTX`.
  init(_ context: OpaquePointer, on socket: Int32) throws(SystemError) {
    guard let session = SSL_new(context) else { throw SystemError("SSL_new", code: ENOMEM) }
    guard let bio = SocketBIO.make(on: socket) else {
      SSL_free(session)
      throw SystemError("BIO_new", code: ENOMEM)
    }
    // One for both directions is freed once.
    SSL_set_bio(session, bio, bio)
    SSL_set_accept_state(session)
    self.session = session
  }

  deinit { SSL_free(session) }

  func handshake() -> Handshake {
    allow(Self.bytesInARow)
    // An error that another connection of this thread has left would be taken for this one's.
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    guard result != 1 else {
      countRecords()
      return .complete
    }
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return isSpent ? .unfinished : .wouldBlock
    default: return .failed(.last())
    }
  }

  /// One record at most. An end without close_notify is an end like any other: HTTP's own framing tells
  /// what it has cut off.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Reception {
    allow(Self.bytesInARow)
    ERR_clear_error()
    var count = 0
    let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
    switch outcome(result, count) {
    case .bytes(let count):
      SocketBIO.withAllowance(of: source) { $0.records = Self.recordsWithoutContent }
      return .bytes(count)
    case .wouldBlock: return isSpent ? .unfinished : .wouldBlock
    case .ended: return .ended
    }
  }

  /// What was not taken must be offered again, at the same place of the stream.
  func send(_ bytes: Span<UInt8>) -> Socket.Outcome {
    // It reads the rest of one message at most, and nobody would come back for it.
    allow(.max)
    ERR_clear_error()
    var count = 0
    let result = bytes.withUnsafeBytes {
      SSL_write_ex(session, $0.baseAddress, $0.count, &count)
    }
    return outcome(result, count)
  }

  private func outcome(_ result: Int32, _ count: Int) -> Socket.Outcome {
    guard result != 1 else { return .bytes(count) }
    return switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .wouldBlock
    default: .ended
    }
  }

  // MARK: What a call may read

  private var source: OpaquePointer? { SSL_get_rbio(session) }

  private func allow(_ bytes: Int) {
    SocketBIO.withAllowance(of: source) { $0.bytes = bytes }
  }

  private var isSpent: Bool { SocketBIO.withAllowance(of: source) { $0.bytes == 0 } }

  /// From now on, since a handshake has an end and a deadline of its own.
  private func countRecords() {
    SocketBIO.withAllowance(of: source) { $0.records = Self.recordsWithoutContent }
    SSL_set_msg_callback(session) { isSending, _, type, _, _, session, _ in
      guard isSending == 0, type == SSL3_RT_HEADER else { return }
      SocketBIO.withAllowance(of: SSL_get_rbio(session)) { $0.records -= 1 }
    }
  }

  // MARK: The end

  /// Tells the peer that nothing more will come (RFC 8446 §6.1). False while the kernel has no room
  /// for it.
  func sendCloseNotify() -> Bool {
    ERR_clear_error()
    let result = SSL_shutdown(session)
    return result >= 0 || SSL_get_error(session, result) != SSL_ERROR_WANT_WRITE
  }

  /// The certificate that the peer has shown and that has been verified: the handshake fails for one
  /// that can't be.
  func clientCertificate() -> ClientCertificate? {
    guard let certificate = SSL_get0_peer_certificate(session),
      SSL_get_verify_result(session) == X509_V_OK
    else { return nil }
    return ClientCertificate(certificate)
  }
}
