import COpenSSL
import Glibc

@testable import HTTPServer

/// The client's side of TLS on a blocking socket.
final class TLSPeer {
  struct Options {
    /// What it offers in ALPN; nothing for no offer at all.
    var protocols: [String] = []
    /// The one version that it speaks.
    var version: Int32?
    /// The PEM files of a certificate and its key.
    var identity: (certificate: String, key: String)?
    /// What is to be resumed.
    var session: OpaquePointer?
  }

  let raw: OpaquePointer

  init(on socket: Int32, _ options: Options) throws {
    let context = SSL_CTX_new(TLS_client_method())!
    defer { SSL_CTX_free(context) }
    if let (certificate, key) = options.identity {
      precondition(SSL_CTX_use_certificate_chain_file(context, certificate) == 1)
      precondition(SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
    }
    raw = SSL_new(context)!
    let bio = SocketBIO.make(on: socket)
    SSL_set_bio(raw, bio, bio)
    if let version = options.version {
      _ = SSL_ctrl(raw, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
      _ = SSL_ctrl(raw, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
    }
    let offer = options.protocols.flatMap { [UInt8($0.utf8.count)] + $0.utf8 }
    if !offer.isEmpty { SSL_set_alpn_protos(raw, offer, UInt32(offer.count)) }
    if let session = options.session { SSL_set_session(raw, session) }
    ERR_clear_error()
    let result = SSL_connect(raw)
    guard result == 1 else { throw failure(result) }
  }

  deinit { SSL_free(raw) }

  var wasResumed: Bool { SSL_session_reused(raw) == 1 }

  /// What a later connection may resume; to be freed. In TLS 1.3 it has come with the first answer.
  func session() -> OpaquePointer? { SSL_get1_session(raw) }

  /// The serial number of the server's certificate, in hexadecimal.
  var serialNumber: String {
    let number = X509_get0_serialNumber(SSL_get0_peer_certificate(raw))!
    let count = Int(ASN1_STRING_length(number))
    return (0..<count).map { String(ASN1_STRING_get0_data(number)[$0], radix: 16) }.joined()
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    ERR_clear_error()
    let result = SSL_write(raw, bytes.baseAddress, Int32(bytes.count))
    guard result > 0 else { throw failure(result) }
    return Int(result)
  }

  /// 0 at a close_notify.
  func receive(into bytes: inout [UInt8]) throws -> Int {
    ERR_clear_error()
    let result = SSL_read(raw, &bytes, Int32(bytes.count))
    if result <= 0, SSL_get_error(raw, result) == SSL_ERROR_ZERO_RETURN { return 0 }
    guard result > 0 else { throw failure(result) }
    return Int(result)
  }

  /// Makes what is sent from now on wait in memory.
  func beginToQueue() {
    SSL_set0_wbio(raw, BIO_new(BIO_s_mem()))
  }

  /// Queues a change of keys, or several (RFC 8446 §4.6.3). A record each.
  func queueKeyUpdates(_ count: Int) {
    for _ in 0..<count {
      precondition(SSL_key_update(raw, SSL_KEY_UPDATE_NOT_REQUESTED) == 1)
      precondition(SSL_do_handshake(raw) == 1)
    }
  }

  func queue(_ text: String) throws {
    _ = try latin1(text).withUnsafeBytes(send)
  }

  /// Takes the queue.
  func queued() -> [UInt8] {
    let queue = SSL_get_wbio(raw)
    let pending = BIO_ctrl_pending(queue)
    return [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
      BIO_read_ex(queue, buffer.baseAddress, buffer.count, &count)
    }
  }

  /// Sends close_notify.
  func close() {
    SSL_shutdown(raw)
  }

  private func failure(_ result: Int32) -> Client.Failure {
    switch SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .silence
    case SSL_ERROR_SSL:
      let reason = ERR_GET_REASON(ERR_peek_error())
      return reason > SSL_AD_REASON_OFFSET ? .alert(reason - SSL_AD_REASON_OFFSET) : .cut
    default: return .cut
    }
  }
}
