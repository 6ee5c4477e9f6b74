public import Cryptography

/// A secret that a caller shows: `agk_` and 32 random bytes in base64url, so that scanners for secrets that
/// were left in a repository know one by its form, `agk_[A-Za-z0-9_-]{43}`.
public struct APIKey: Sendable {
  static let prefix = "agk_"
  private static let byteCount = 32

  /// The secret itself.
  public let text: String

  /// A new one.
  public static func random() -> APIKey {
    APIKey(text: prefix + Base64URL.encode(RandomBytes.make(count: byteCount)))
  }

  /// What a file of keys knows of it. It tells nothing of the key, which is as random as the digest is long.
  public var digest: Digest { Self.digest(of: text) }

  static func digest(of text: String) -> Digest { SHA256.hash(text) }
}
