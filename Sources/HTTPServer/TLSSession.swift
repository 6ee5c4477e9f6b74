import COpenSSL
import EventLoop
import Glibc
import HTTPMessage

/// The server's side of TLS on one non-blocking socket.
struct TLSSession: ~Copyable {
  enum Handshake: Equatable {
    case complete
    case wouldBlock
    /// The peer has been told why, as far as TLS has words for it.
    case failed
    /// The peer speaks HTTP without TLS.
    case plainHTTP
  }

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
    // An error that another connection of this thread has left would be taken for this one's.
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    guard result != 1 else { return .complete }
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    default: return ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST ? .plainHTTP : .failed
    }
  }

  /// One record at most. An end without close_notify is an end like any other: HTTP's own framing tells
  /// what it has cut off.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Socket.Outcome {
    ERR_clear_error()
    var count = 0
    let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
    return outcome(result, count)
  }

  /// What was not taken must be offered again, at the same place of the stream.
  func send(_ bytes: Span<UInt8>) -> Socket.Outcome {
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
