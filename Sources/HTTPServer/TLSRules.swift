import COpenSSL

/// What is negotiated: Mozilla's "intermediate" configuration, version 6.0
/// (https://ssl-config.mozilla.org/guidelines/6.0.json), and ALPN (RFC 7301).
enum TLSRules {
  /// Of TLS 1.2; forward secrecy and authenticated encryption alone. The client's order counts: it
  /// knows whether it computes AES in hardware.
  private static let ciphers = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
    ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
    ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  /// Of TLS 1.3.
  private static let suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  private static let groups = "X25519:prime256v1:secp384r1"

  static func apply(to context: OpaquePointer) {
    guard COpenSSL_CTX_set_oldest_version(context, TLS1_2_VERSION) == 1,
      SSL_CTX_set_cipher_list(context, ciphers) == 1,
      SSL_CTX_set_ciphersuites(context, suites) == 1,
      // The first is OpenSSL 3.5's; a list with a name that is not known is not taken at all.
      COpenSSL_CTX_set_groups(context, "X25519MLKEM768:" + groups) == 1
        || COpenSSL_CTX_set_groups(context, groups) == 1
    else { preconditionFailure("OpenSSL lacks a cipher or group: \(OpenSSLError.reason())") }
    COpenSSL_CTX_set_safe_options(context)
    COpenSSL_CTX_set_event_modes(context)
    COpenSSL_CTX_set_read_ahead(context)
    COpenSSL_CTX_keep_no_sessions(context)
    // A session with a client's certificate is resumed only where it was made.
    SSL_CTX_set_session_id_context(context, "athena-gateway", 14)
    SSL_CTX_set_alpn_select_cb(
      context,
      { _, selected, length, offered, count, _ in
        TLSRules.selectProtocol(
          from: UnsafeBufferPointer(start: offered, count: Int(count)), selected, length)
      }, nil)
  }

  /// A peer that offers other protocols alone is refused (no_application_protocol); one that offers
  /// none at all isn't asked about here.
  private static func selectProtocol(
    from offer: UnsafeBufferPointer<UInt8>,
    _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?
  ) -> Int32 {
    guard let range = http11(in: offer) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    selected?.pointee = offer.baseAddress.map { $0 + range.lowerBound }
    length?.pointee = UInt8(range.count)
    return SSL_TLSEXT_ERR_OK
  }

  /// Where `http/1.1` stands in a list of names, each with its length before it.
  private static func http11(in offer: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var position = 0
    while position < offer.count {
      let name = (position + 1)..<(position + 1 + Int(offer[position]))
      guard name.upperBound <= offer.count else { return nil }
      if offer[name].elementsEqual("http/1.1".utf8) { return name }
      position = name.upperBound
    }
    return nil
  }
}
