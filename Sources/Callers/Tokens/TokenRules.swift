import JSON

/// Which tokens are for the gateway, and whom they name.
public struct TokenRules: Equatable, Sendable {
  /// What the claim `iss` must be, to the letter.
  public let issuer: String
  /// One of them must be in the claim `aud`: a token for another service must not open this one.
  public let audiences: [String]
  /// The claim that names the caller.
  public let callerClaim: String

  public init(issuer: String, audiences: [String], callerClaim: String = "sub") {
    self.issuer = issuer
    self.audiences = audiences
    self.callerClaim = callerClaim
  }

  /// What clocks may differ by, in seconds (RFC 7519 §4.1.4).
  private static let leeway = 60.0

  /// Whom a token's claims name, and the second, since 1970, in which they end to be good.
  func caller(
    of claims: JSONObject, at now: Int
  ) throws(AuthenticationFault) -> (caller: Caller, end: Int) {
    guard claims["iss"] == .string(issuer) else {
      throw .badCredentials(
        "the token's issuer, its claim 'iss', is not the one that the gateway trusts")
    }
    let named = claims["aud"]?.asArray ?? claims["aud"].map { [$0] } ?? []
    guard named.contains(where: { audiences.map(JSONValue.string).contains($0) }) else {
      throw .badCredentials(
        "the token is for another audience: its claim 'aud' has none of the gateway's")
    }
    guard claims["cnf"] == nil else {
      throw .badCredentials(
        "the token is bound to a key of its owner's, by its claim 'cnf' (RFC 7800), and the gateway can't see that "
          + "the sender has it; ask for a bearer token")
    }
    let end = try Self.end(of: claims, at: Double(now))
    guard let name = claims[callerClaim]?.asString, Caller.isName(name) else {
      throw .badCredentials(
        "the token's claim '\(callerClaim)', which is to name its caller, is no text of one line and at most "
          + "1024 bytes")
    }
    return (Caller(.token, name), end)
  }

  private static func end(
    of claims: JSONObject, at now: Double
  ) throws(AuthenticationFault) -> Int {
    guard let expiry = try time("exp", claims) else {
      throw .badCredentials("the token has no claim 'exp', and would be good for ever")
    }
    guard now < expiry + leeway else { throw .badCredentials("the token has expired") }
    if let begin = try time("nbf", claims), now + leeway < begin {
      throw .badCredentials("the token is not good yet, by its claim 'nbf'")
    }
    if let issued = try time("iat", claims), now + leeway < issued {
      throw .badCredentials("the token is from the future, by its claim 'iat'")
    }
    return Int(exactly: (expiry + leeway).rounded(.down)) ?? .max
  }

  private static func time(
    _ name: String, _ claims: JSONObject
  ) throws(AuthenticationFault) -> Double? {
    guard let value = claims[name] else { return nil }
    guard let seconds = value.asNumber?.double else {
      throw .badCredentials("the token's claim '\(name)' is no number of seconds")
    }
    return seconds
  }
}
