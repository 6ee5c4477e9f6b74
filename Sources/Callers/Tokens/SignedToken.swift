import Cryptography
import JSON

/// A JWT in its compact form (RFC 7519 §3, RFC 7515 §7.1), taken apart; nothing of it is proved.
struct SignedToken {
  let header: TokenHeader
  let claims: JSONObject
  /// What the signature is of: the first two parts as they stand, and the dot between them.
  let signed: ArraySlice<UInt8>
  let signature: [UInt8]

  init(parsing token: [UInt8]) throws(AuthenticationFault) {
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw .badCredentials(
        "what follows 'Bearer' is neither an API key, agk_ and 43 characters, nor a signed JWT, three parts "
          + "with dots between")
    }
    header = try TokenHeader(try Self.object(parts[0], "header"))
    claims = try Self.object(parts[1], "claims")
    signed = token[..<parts[1].endIndex]
    guard let signature = Base64URL.decode(parts[2]) else {
      throw .badCredentials("the token's signature is not base64url")
    }
    self.signature = signature
  }

  /// Strictly: of two members of one name the issuer may have meant the other.
  private static func object(
    _ part: ArraySlice<UInt8>, _ name: String
  ) throws(AuthenticationFault) -> JSONObject {
    guard let bytes = Base64URL.decode(part) else {
      throw .badCredentials("the token's \(name) is not base64url")
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .badCredentials(
        "the token's \(name) is no JSON object whose members all have names of their own: \(error)")
    }
    guard let object = value.asObject else {
      throw .badCredentials("the token's \(name) is no JSON object, but \(value.kind)")
    }
    return object
  }
}
