import JWTKit

/// The algorithms (RFC 7518 §3.1, RFC 8037) that a token may be signed with. All are asymmetric: with HMAC a
/// public key would be the secret (CVE-2015-9235), and `none` proves nothing.
enum SignatureAlgorithm: String, CaseIterable, Sendable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"
  case edDSA = "EdDSA"

  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  var jwk: JWK.Algorithm {
    switch self {
    case .rs256: .rs256
    case .rs384: .rs384
    case .rs512: .rs512
    case .ps256: .ps256
    case .ps384: .ps384
    case .ps512: .ps512
    case .es256: .es256
    case .es384: .es384
    case .es512: .es512
    case .edDSA: .eddsa
    }
  }
}
