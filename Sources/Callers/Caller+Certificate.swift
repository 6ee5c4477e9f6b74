public import HTTPMessage

extension Caller {
  /// Names of certificates and tokens that are longer name nobody.
  private static let longestName = 1024

  /// Whom a verified certificate names: by its first URI, which is what a workload's identity is (SPIFFE),
  /// else its first DNS name, else its first address of e-mail, else its subject. nil where it names nobody.
  public init?(_ certificate: ClientCertificate) {
    let names = certificate.alternativeNames
    let name =
      names.lazy.compactMap(\.uriName).first ?? names.lazy.compactMap(\.dnsName).first
      ?? names.lazy.compactMap(\.emailName).first ?? "subject:\(certificate.subject)"
    guard Self.isName(name), name != "subject:" else { return nil }
    self.init(.certificate, name)
  }

  /// Whether a text can name somebody: not in vain, not without end, and in one line of a log.
  static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
  }
}

extension ClientCertificate.AlternativeName {
  fileprivate var uriName: String? { if case .uri(let name) = self { "uri:\(name)" } else { nil } }
  fileprivate var dnsName: String? { if case .dns(let name) = self { "dns:\(name)" } else { nil } }
  fileprivate var emailName: String? {
    if case .email(let name) = self { "email:\(name)" } else { nil }
  }
}
