import HTTPServer
import Logging

extension TLSContext {
  /// What `serve` was told of TLS; nil without TLS, or with problems that are added.
  convenience init?(_ flags: Serve, _ problems: inout Problems) {
    switch (flags.tlsCertificate, flags.tlsKey) {
    case (let certificate?, let key?):
      let files = TLSFiles(
        certificate: certificate, key: key, clientAuthorities: flags.tlsClientCA)
      do throws(TLSFilesError) {
        try self.init(files)
      } catch {
        for fault in error.faults { problems.add("\(fault.role.flag): \(fault)") }
        return nil
      }
      return
    case (_?, nil): problems.add("--tls-certificate: give its key too, with --tls-key")
    case (nil, _?): problems.add("--tls-key: give its certificate too, with --tls-certificate")
    case (nil, nil) where flags.tlsClientCA != nil:
      problems.add("--tls-client-ca: give --tls-certificate and --tls-key too")
    case (nil, nil): break
    }
    return nil
  }

  /// Says when the certificate expires, and what may be wrong with those behind it.
  func announce() {
    Terminal.say("the TLS certificate expires on \(expiry)")
    for advice in advice { Terminal.warn(advice) }
  }

  /// Reads the files again, and says what came of it.
  func reload(for logger: Logger) {
    do throws(TLSFilesError) {
      try reload()
      logger.notice("the TLS certificate is read again: it expires on \(expiry)")
      for advice in advice { logger.warning("\(advice)") }
    } catch {
      for fault in error.faults { logger.error("\(fault); what was read before is kept") }
    }
  }

  private var advice: [String] {
    warnings.map { "\($0); clients that need it refuse the certificates in front of it" }
  }
}

extension TLSFiles.Role {
  fileprivate var flag: String {
    switch self {
    case .certificate: "--tls-certificate"
    case .key: "--tls-key"
    case .clientAuthorities: "--tls-client-ca"
    }
  }
}
