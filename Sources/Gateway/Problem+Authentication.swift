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
    case .tooMuchWork(let pause):
      self.init(
        .tooManyRequests,
        "too many tokens with bad signatures have come from this address, and none that is new is looked at "
          + "for some seconds; where all requests come from a proxy's address, the gateway's operator should "
          + "name that with --trusted-proxy")
      let (seconds, fraction) = pause.components
      fields[.retryAfter] = String(max(1, seconds + (fraction > 0 ? 1 : 0)))
    case .unverifiable(let detail): self.init(.tokenKeysUnavailable, detail)
    }
  }

  private static let challenge = "Bearer realm=\"athena-gateway\""
}
