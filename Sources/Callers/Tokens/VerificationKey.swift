import Cryptography
import JSON
import JWTKit

/// A public key that tokens' signatures are verified with: one of a set's (RFC 7517 §4), its coordinates in
/// base64url.
struct VerificationKey: Hashable, Sendable {
  enum Material: Hashable, Sendable {
    case rsa(modulus: String, exponent: String)
    case p256(x: String, y: String)
    case p384(x: String, y: String)
    case p521(x: String, y: String)
    case ed25519(x: String)
  }

  /// Bits of an RSA modulus: fewer are broken (NIST SP 800-131A), more cost whoever verifies.
  private static let modulusLength = 2048...8192

  let id: String?
  let material: Material
  /// The only one that it is for; nil where the set doesn't say.
  let algorithm: SignatureAlgorithm?

  /// nil for a key that is for something else, or is none: RFC 7517 §5 has such ones passed over. A private
  /// part is not looked at.
  init?(_ object: JSONObject) {
    if let use = object["use"], use.asString != "sig" { return nil }
    if let operations = object["key_ops"]?.asArray, !operations.contains(.string("verify")) {
      return nil
    }
    if let name = object["alg"] {
      guard let algorithm = name.asString.flatMap(SignatureAlgorithm.init) else { return nil }
      self.algorithm = algorithm
    } else {
      algorithm = nil
    }
    if let id = object["kid"] {
      guard let id = id.asString, id.utf8.count <= TokenHeader.longestKeyID else { return nil }
      self.id = id
    } else {
      id = nil
    }
    guard let material = Self.material(object) else { return nil }
    self.material = material
    guard isSound, SignatureAlgorithm.allCases.contains(where: fits) else { return nil }
  }

  private static func material(_ object: JSONObject) -> Material? {
    func text(_ name: String) -> String? { object[name]?.asString }
    switch (text("kty"), text("crv"), text("x"), text("y")) {
    case ("RSA", _, _, _):
      guard let modulus = text("n"), let exponent = text("e") else { return nil }
      return .rsa(modulus: modulus, exponent: exponent)
    case ("EC", "P-256", let x?, let y?): return .p256(x: x, y: y)
    case ("EC", "P-384", let x?, let y?): return .p384(x: x, y: y)
    case ("EC", "P-521", let x?, let y?): return .p521(x: x, y: y)
    case ("OKP", "Ed25519", let x?, _): return .ed25519(x: x)
    default: return nil
    }
  }

  /// Whether it is a key at all: a point of its curve, a modulus of a safe length.
  private var isSound: Bool {
    switch material {
    case .rsa(let modulus, let exponent):
      guard let bytes = Base64URL.decode(modulus.utf8)?.drop(while: { $0 == 0 }),
        let first = bytes.first,
        Self.modulusLength.contains(bytes.count * 8 - first.leadingZeroBitCount)
      else { return false }
      return (try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)) != nil
    case .p256(let x, let y): return (try? ES256PublicKey(parameters: (x, y))) != nil
    case .p384(let x, let y): return (try? ES384PublicKey(parameters: (x, y))) != nil
    case .p521(let x, let y): return (try? ES512PublicKey(parameters: (x, y))) != nil
    case .ed25519(let x): return (try? EdDSA.PublicKey(x: x, curve: .ed25519)) != nil
    }
  }

  /// Whether a token that is signed by this algorithm may name the key: a key that is taken for one of
  /// another kind, or for another algorithm than its own, verifies what its owner never signed.
  func fits(_ algorithm: SignatureAlgorithm) -> Bool {
    guard self.algorithm == nil || self.algorithm == algorithm else { return false }
    return switch (material, algorithm) {
    case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256), (.rsa, .ps384),
      (.rsa, .ps512), (.p256, .es256), (.p384, .es384), (.p521, .es512), (.ed25519, .edDSA):
      true
    default: false
    }
  }

  /// What verifies signatures by this algorithm, which ``fits(_:)``.
  ///
  /// An actor hands it out, and pins the first algorithm that it is asked for where the set names none: so
  /// each key and algorithm has one of its own, which is asked once.
  func verifier(by algorithm: SignatureAlgorithm) async throws -> any JWTAlgorithm {
    let id = JWKIdentifier(string: "")
    let keys = JWTKeyCollection()
    try await keys.add(jwk: jwk(algorithm.jwk, id))
    return try await keys.getKey(for: id, alg: algorithm.rawValue)
  }

  private func jwk(_ algorithm: JWK.Algorithm, _ id: JWKIdentifier) -> JWK {
    switch material {
    case .rsa(let modulus, let exponent):
      .rsa(algorithm, identifier: id, modulus: modulus, exponent: exponent)
    case .p256(let x, let y): .ecdsa(algorithm, identifier: id, x: x, y: y, curve: .p256)
    case .p384(let x, let y): .ecdsa(algorithm, identifier: id, x: x, y: y, curve: .p384)
    case .p521(let x, let y): .ecdsa(algorithm, identifier: id, x: x, y: y, curve: .p521)
    case .ed25519(let x):
      .octetKeyPair(algorithm, identifier: id, x: x, y: nil, curve: .ed25519)
    }
  }
}
