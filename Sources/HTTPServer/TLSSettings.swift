import COpenSSL

/// One reading of the files, with the rules: an `SSL_CTX`, never changed once it is made.
// `@unchecked`: OpenSSL counts references to it atomically, and the ticket keys have a lock.
final class TLSSettings: @unchecked Sendable {
  let raw: OpaquePointer
  /// When the certificate expires, in RFC 3339.
  let expiry: String
  /// What is wrong with the certificates behind the server's own.
  let warnings: [TLSFilesError.Fault]

  /// Throws what is wrong with any of the files at once.
  init(_ files: TLSFiles, _ ticketKeys: TicketKeys) throws(TLSFilesError) {
    var errors = TLSFilesError()
    var identity = TLSIdentity(files, &errors)
    let authorities = files.clientAuthorities.flatMap { path in
      errors.noting(.clientAuthorities, path) { () throws(PEMError) in
        try PEMFile(path).certificates()
      }
    }
    guard let identity = identity.take(), errors.faults.isEmpty else { throw errors }
    guard let raw = SSL_CTX_new(TLS_server_method()) else { Self.outOfMemory() }
    self.raw = raw
    expiry = identity.certificates[0].expiry
    warnings = identity.certificates.dropFirst().compactMap(\.faultOfTime).map {
      TLSFilesError.Fault(role: .certificate, path: files.certificate, reason: $0)
    }
    TLSRules.apply(to: raw)
    ticketKeys.use(in: raw)
    try identity.use(in: raw, files)
    if let authorities { Self.request(certificatesOf: authorities, in: raw) }
  }

  deinit { SSL_CTX_free(raw) }

  /// Asks every client for a certificate, and takes none as well: who may do what without one is for
  /// the handler to judge. One that these authorities have not signed fails the handshake.
  private static func request(
    certificatesOf authorities: [X509Certificate], in context: OpaquePointer
  ) {
    guard let store = X509_STORE_new() else { outOfMemory() }
    for authority in authorities {
      guard X509_STORE_add_cert(store, authority.raw) == 1,
        SSL_CTX_add_client_CA(context, authority.raw) == 1
      else { outOfMemory() }
    }
    // What the operator has listed is trusted, whoever has signed it in turn.
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    SSL_CTX_set_cert_store(context, store)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
  }

  static func outOfMemory() -> Never {
    preconditionFailure("OpenSSL is out of memory")
  }
}
