import Callers
import HTTPTypes

extension Problem {
  /// What a request gets whose caller is not known (RFC 6750 §3).
  init(_ fault: AuthenticationFault) {
    switch fault {
    case .noCredentials(let detail):
      self.init(.unauthenticated, detail)
      fields[.wwwAuthenticate] = Self.challenge
    case .badCredentials(let detail):
      self.init(.unauthenticated, detail)
      fields[.wwwAuthenticate] = "\(Self.challenge), error=\"invalid_token\""
    case .malformed(let detail):
      // RFC 6750 has 400 as well: one status for all that is wrong with who calls is simpler to act on.
      self.init(.unauthenticated, detail)
      fields[.wwwAuthenticate] = "\(Self.challenge), error=\"invalid_request\""
    case .noCertificate(let detail): self.init(.forbidden, detail)
    case .unverifiable(let detail): self.init(.tokenKeysUnavailable, detail)
    }
  }

  private static let challenge = "Bearer realm=\"athena-gateway\""
}
