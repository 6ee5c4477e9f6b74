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

  enum Choice: Equatable {
    case key(VerificationKey)
    /// The issuer may have changed its keys since.
    case unknownID
    case unfit
  }

  /// The key that a token was signed with if it is what it says.
  func key(for header: TokenHeader) -> Choice {
    let named = header.keyID.map { id in keys.filter { $0.id == id } } ?? keys
    guard !named.isEmpty else { return .unknownID }
    let fitting = named.filter { $0.fits(header.algorithm) }
    // A token that names no key must leave no choice.
    guard let key = fitting.first, header.keyID != nil || fitting.count == 1 else { return .unfit }
    return .key(key)
  }
}
