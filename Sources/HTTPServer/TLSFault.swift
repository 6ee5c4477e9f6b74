import COpenSSL

/// Why a TLS handshake has come to nothing.
public struct TLSFault: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// The peer speaks HTTP without TLS.
    case plainHTTP = "plain-http"
    /// The peer has left, as those do who only look whether somebody listens.
    case left
    case timeout
    /// The peer has shown no certificate, or none that can be verified.
    case certificate
    /// There is no version, cipher or signature that both know.
    case parameters
    /// The peer has ended it, since it doesn't take the server's certificate, say.
    case alert
    case other
  }

  public let kind: Kind
  /// OpenSSL's words, or what stands for them.
  public let words: String

  static let left = TLSFault(kind: .left, words: "the peer has closed the connection")
  static let timeout = TLSFault(kind: .timeout, words: "it was not over in time")
}

extension TLSFault {
  /// What the error queue of this thread says of the handshake that has just failed.
  static func last() -> TLSFault {
    let code = ERR_peek_error()
    guard code != 0 else { return .left }
    let words = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    return TLSFault(kind: Kind(reason: ERR_GET_REASON(code)), words: words)
  }
}

extension TLSFault.Kind {
  /// - Parameter reason: OpenSSL's.
  fileprivate init(reason: Int32) {
    self =
      switch reason {
      case SSL_R_HTTP_REQUEST: .plainHTTP
      case SSL_R_UNEXPECTED_EOF_WHILE_READING: .left
      case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_CERTIFICATE_VERIFY_FAILED: .certificate
      case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE,
        SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
        SSL_R_VERSION_TOO_LOW, SSL_R_NO_SHARED_GROUPS:
        .parameters
      case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255): .alert
      default: .other
      }
  }
}
