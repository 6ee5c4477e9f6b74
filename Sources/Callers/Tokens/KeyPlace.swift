import Files
import HTTPMessage
import JSON

/// Where an issuer says its keys are.
public enum KeyPlace: Equatable, Sendable {
  /// The URL of a JWK Set.
  case set(String)
  /// The issuer, whose OpenID configuration names the URL (OpenID Connect Discovery 1.0 §4).
  case discovery(issuer: String)

  /// What is asked first.
  public var url: String {
    switch self {
    case .set(let url): url
    case .discovery(let issuer):
      "\(issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer)/.well-known/openid-configuration"
    }
  }

  /// Whether keys may come from there: nobody between may put in his own.
  public static func isTrusted(_ url: String) -> Bool {
    guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
    for (scheme, isSafe) in [("https://", true), ("http://", false)] where url.hasPrefix(scheme) {
      let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
      return !authority.isEmpty && !authority.contains("@")
        && (isSafe || Authority(authority).isLoopback)
    }
    return false
  }

  /// The URL of the keys in an OpenID configuration.
  static func keysURL(in bytes: [UInt8], of issuer: String) throws(FileFault) -> String {
    guard let object = (try? JSONValue(parsing: bytes))?.asObject else {
      throw FileFault("it is no JSON object")
    }
    // OpenID Connect Discovery 1.0 §4.3: else one issuer could speak for another.
    guard object["issuer"] == .string(issuer) else {
      throw FileFault("its 'issuer' is not \(MaskedURL(issuer))")
    }
    // Without TLS is for an issuer that is on this machine itself.
    guard let url = object["jwks_uri"]?.asString, isTrusted(url),
      url.hasPrefix("https://") || !issuer.hasPrefix("https://")
    else {
      throw FileFault("its 'jwks_uri' is no URL with https")
    }
    return url
  }
}
