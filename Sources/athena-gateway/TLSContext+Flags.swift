import HTTPServer

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
  func announce(_ begin: String = "the TLS certificate") {
    Terminal.say("\(begin) expires on \(expiry)")
    for warning in warnings {
      Terminal.warn("\(warning); clients that need it refuse the certificates in front of it")
    }
  }

  /// Reads the files again, and says what came of it.
  func reloadAndSay() {
    do throws(TLSFilesError) {
      try reload()
      announce("the TLS certificate is read again: it")
    } catch {
      for fault in error.faults {
        Terminal.complain("\(fault); what was read before is kept")
      }
    }
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
