import COpenSSL

/// Who the server is: its certificate with those behind it, and the key.
struct TLSIdentity: ~Copyable {
  /// The server's own first.
  let certificates: [X509Certificate]
  private let key: PrivateKey

  /// nil where something is wrong, which is added to `errors`.
  init?(_ files: TLSFiles, _ errors: inout TLSFilesError) {
    let certificates = errors.noting(.certificate, files.certificate) { () throws(PEMError) in
      try Self.certificates(files.certificate)
    }
    var key: PrivateKey?
    do throws(PEMError) {
      key = try PEMFile(files.key).privateKey()
    } catch {
      errors.add(.key, files.key, error.reason)
    }
    guard let certificates, let key = key.take() else { return nil }
    guard key.belongs(to: certificates[0]) else {
      errors.add(.key, files.key, "it is not the key of the certificate in \(files.certificate)")
      return nil
    }
    self.certificates = certificates
    self.key = key
  }

  private static func certificates(_ path: String) throws(PEMError) -> [X509Certificate] {
    let certificates = try PEMFile(path).certificates()
    // What is wrong with those behind it is a warning: clients leave out an expired root that they don't
    // need.
    if let fault = certificates[0].faultOfTime { throw PEMError(reason: fault) }
    return certificates
  }

  /// Throws what OpenSSL finds wrong: a key that is too small, say.
  func use(in context: OpaquePointer, _ files: TLSFiles) throws(TLSFilesError) {
    ERR_clear_error()
    var isUsed = SSL_CTX_use_certificate(context, certificates[0].raw) == 1
    isUsed = isUsed && SSL_CTX_use_PrivateKey(context, key.raw) == 1
    for certificate in certificates.dropFirst() {
      isUsed = isUsed && COpenSSL_CTX_add_chain_certificate(context, certificate.raw) == 1
    }
    guard !isUsed else { return }
    var errors = TLSFilesError()
    errors.add(.certificate, files.certificate, "OpenSSL refuses it: \(OpenSSLError.reason())")
    throw errors
  }
}
