/// Who a request's peer has proved to be: what its certificate says, which an authority that the operator
/// trusts has signed, and whose key it holds (RFC 8446 §4.4.2).
public struct ClientCertificate: Equatable, Sendable {
  /// One subject alternative name (RFC 5280 §4.2.1.6), of the kinds that name a caller.
  public enum AlternativeName: Equatable, Sendable {
    case dns(String)
    case uri(String)
    case email(String)
  }

  /// The subject's distinguished name as RFC 2253 writes it, as in `CN=report,O=Example`; empty where
  /// alternative names stand in its place.
  public var subject: String
  /// In the certificate's order; addresses and other kinds are left out.
  public var alternativeNames: [AlternativeName]

  public init(subject: String, alternativeNames: [AlternativeName] = []) {
    self.subject = subject
    self.alternativeNames = alternativeNames
  }
}
