import HTTPServer
import Logging

extension TLSContext {
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
