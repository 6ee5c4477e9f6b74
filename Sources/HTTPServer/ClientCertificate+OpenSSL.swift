import COpenSSL
import HTTPMessage

extension ClientCertificate {
  /// - Parameter certificate: An `X509`, verified.
  init(_ certificate: OpaquePointer) {
    self.init(
      subject: String(x509Name: X509_get_subject_name(certificate)),
      alternativeNames: Self.names(in: certificate))
  }

  private static func names(in certificate: OpaquePointer) -> [AlternativeName] {
    guard let names = COpenSSL_alternative_names(certificate) else { return [] }
    defer { GENERAL_NAMES_free(names) }
    return (0..<COpenSSL_alternative_names_count(names)).compactMap { name(in: names, at: $0) }
  }

  private static func name(in names: OpaquePointer, at index: Int32) -> AlternativeName? {
    var type: Int32 = 0
    guard let value = COpenSSL_alternative_name(names, index, &type),
      let text = text(of: value)
    else { return nil }
    return switch type {
    case GEN_DNS: .dns(text)
    case GEN_URI: .uri(text)
    case GEN_EMAIL: .email(text)
    default: nil
    }
  }

  /// Visible ASCII; nil for anything else. A NUL would make two names of one, for whoever reads on or
  /// stops there.
  private static func text(of value: UnsafePointer<ASN1_STRING>) -> String? {
    let bytes = UnsafeBufferPointer(
      start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value)))
    guard !bytes.isEmpty, bytes.allSatisfy(\.isVisible) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
