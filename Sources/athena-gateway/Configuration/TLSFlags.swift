import ArgumentParser
import HTTPServer

/// Whether HTTPS is spoken, and with what.
struct TLSFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "tls-certificate", as: "file",
      "Speak HTTPS with this certificate and those that follow it in the file (PEM). SIGHUP reads it, "
        + "the key and the authorities again."))
  var certificate: GatewaySetting<String?>

  @Option(
    GatewaySetting("tls-key", as: "file", "The certificate's private key (PEM)."))
  var key: GatewaySetting<String?>

  @Option(
    GatewaySetting(
      "tls-client-ca", as: "file",
      "Serve callers alone whose client certificate these authorities have signed (PEM)."))
  var clientAuthorities: GatewaySetting<String?>

  /// What TLS is made of; nil for plain HTTP, and with faults noted.
  func context(_ reader: inout SettingsReader) -> (context: TLSContext, files: TLSFiles)? {
    let (certificate, key) = (reader.value(certificate), reader.value(key))
    let authorities = reader.value(clientAuthorities)
    switch (certificate, key) {
    case (let certificate?, let key?):
      let files = TLSFiles(certificate: certificate, key: key, clientAuthorities: authorities)
      return context(of: files, &reader).map { ($0, files) }
    case (_?, nil):
      reader.fault(self.certificate, "give its key too, with --\(self.key.name)")
    case (nil, _?):
      reader.fault(self.key, "give its certificate too, with --\(self.certificate.name)")
    case (nil, nil) where authorities != nil:
      reader.fault(clientAuthorities, "give --tls-certificate and --tls-key too")
    case (nil, nil): break
    }
    return nil
  }

  private func context(of files: TLSFiles, _ reader: inout SettingsReader) -> TLSContext? {
    do throws(TLSFilesError) {
      return try TLSContext(files)
    } catch {
      for fault in error.faults { reader.fault(setting(fault.role), "\(fault)") }
      return nil
    }
  }

  private func setting(_ role: TLSFiles.Role) -> GatewaySetting<String?> {
    switch role {
    case .certificate: certificate
    case .key: key
    case .clientAuthorities: clientAuthorities
    }
  }
}
