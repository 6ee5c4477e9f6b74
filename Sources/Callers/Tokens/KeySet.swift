public import Files
import JSON

/// The keys of a tokens' issuer (a JWK Set, RFC 7517 §5): those of them that can verify a token.
public struct KeySet: Equatable, Sendable {
  /// The bytes of a set that are read.
  public static let sizeLimit = 1024 * 1024
  private static let countLimit = 100

  let keys: [VerificationKey]

  /// Reads a set. Keys of other kinds and for other uses are passed over.
  public init(parsing bytes: [UInt8]) throws(FileFault) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw FileFault("\(error)")
    }
    guard let list = value["keys"]?.asArray else {
      throw FileFault("it is no JWK Set, an object whose member 'keys' is an array")
    }
    guard list.count <= Self.countLimit else {
      throw FileFault("it has \(list.count) keys, and at most \(Self.countLimit) are read")
    }
    keys = list.compactMap { $0.asObject.flatMap(VerificationKey.init) }
    guard !keys.isEmpty else {
      throw FileFault(
        "none of its \(list.count) keys can verify a token: they must be RSA of 2048 to 8192 bits, EC on P-256, "
          + "P-384 or P-521, or Ed25519, and be for signatures (RFC 7517)")
    }
  }

  /// Of a token that leaves the choice, more would be work for nothing.
  private static let choiceLimit = 4

  /// The keys one of which a token was signed with if it is what it says. There are several where it names none,
  /// or its issuer gives one name to the old key and the new.
  func keys(for header: TokenHeader) throws(AuthenticationFault) -> [VerificationKey] {
    let named = header.keyID.map { id in keys.filter { $0.id == id } } ?? keys
    guard !named.isEmpty else {
      throw .badCredentials("the token names a key that its issuer doesn't have")
    }
    let fitting = named.filter { $0.fits(header.algorithm) }
    guard !fitting.isEmpty else {
      throw .badCredentials("the token names no key of its issuer's that fits its algorithm")
    }
    guard fitting.count <= Self.choiceLimit else {
      throw .badCredentials(
        "the token leaves open which key it is signed with: \(fitting.count) of its issuer's fit, and at most "
          + "\(Self.choiceLimit) are tried")
    }
    return fitting
  }
}
