import HTTPServer

extension TLSContext {
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
