import JSON

/// How a token says it is signed (RFC 7515 §4), as far as it may.
struct TokenHeader: Equatable {
  static let longestKeyID = 1024

  /// Where a key comes from, a token does not say: whoever forges one brings a key of his own
  /// (CVE-2018-0114). `crit` names what must be understood, and none of it is.
  private static let refused = ["jwk", "jku", "x5c", "x5u", "crit", "b64"]

  /// RFC 7519 §5.1 and RFC 9068 §2.1. Without one the claims decide.
  private static let types = ["jwt", "application/jwt", "at+jwt", "application/at+jwt"]

  let algorithm: SignatureAlgorithm
  let keyID: String?

  init(_ object: JSONObject) throws(AuthenticationFault) {
    if let name = Self.refused.first(where: { object[$0] != nil }) {
      throw .badCredentials(
        "the token's header has '\(name)', which the gateway doesn't take from a token")
    }
    guard let algorithm = object["alg"]?.asString.flatMap(SignatureAlgorithm.init) else {
      throw .badCredentials(
        "the token's algorithm is none that the gateway takes: \(SignatureAlgorithm.names)")
    }
    self.algorithm = algorithm
    if let type = object["typ"] {
      guard let type = type.asString, Self.types.contains(type.lowercased()) else {
        throw .badCredentials("the token's type is neither JWT nor at+jwt")
      }
    }
    guard let id = object["kid"] else {
      keyID = nil
      return
    }
    guard let id = id.asString, id.utf8.count <= Self.longestKeyID else {
      throw .badCredentials("the token's 'kid' is no text of at most \(Self.longestKeyID) bytes")
    }
    keyID = id
  }
}
