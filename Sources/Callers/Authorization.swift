import HTTPMessage
import HTTPTypes

/// What a request's `Authorization` field says (RFC 9110 §11.6.2).
enum Authorization {
  case none
  /// RFC 6750 §2.1, without `Bearer`.
  case bearer(String)

  /// More is no token of anybody's, and not worth a look.
  private static let longestToken = 16 * 1024

  init(_ fields: FieldSection) throws(AuthenticationFault) {
    let values = fields.values(of: .authorization)
    guard let value = values.first else {
      self = .none
      return
    }
    guard values.count == 1 else {
      throw .malformed("Authorization stands \(values.count) times; send one")
    }
    let scheme = value.prefix { $0 != " " }
    guard scheme.lowercased() == "bearer" else {
      throw .badCredentials(
        "Authorization has another scheme than Bearer; send 'Authorization: Bearer' and the key or token"
      )
    }
    let token = value.dropFirst(scheme.count).drop { $0 == " " }
    guard token.utf8.count <= Self.longestToken else {
      throw .badCredentials("the token in Authorization is longer than 16 KiB")
    }
    guard !token.isEmpty, token.utf8.allSatisfy({ $0.isTokenCharacter || $0 == 0x2F || $0 == 0x3D })
    else {
      throw .malformed("after 'Bearer' in Authorization a key or a token follows, without spaces")
    }
    self = .bearer(String(token))
  }
}
