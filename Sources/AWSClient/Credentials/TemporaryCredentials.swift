import CivilTime
import SigV4

/// Credentials that a service gives out for a while.
struct TemporaryCredentials: Equatable {
  let credentials: Credentials
  /// In seconds since 1970.
  let expiration: Int

  /// Checks what a service answered with: all is there, and can be sent in header fields. Throws
  /// `badAnswer`, which quotes no value.
  init(
    accessKeyID: String?, secretAccessKey: String?, sessionToken: String?, expiration: Int?
  ) throws(AWSError) {
    credentials = Credentials(
      accessKeyID: try Self.checked(accessKeyID, "access key id"),
      secretAccessKey: try Self.checked(secretAccessKey, "secret access key"),
      sessionToken: try Self.checked(sessionToken, "session token"))
    guard let expiration, (0...CivilTime.lastSecond).contains(expiration) else {
      throw .badAnswer("its credentials have no expiration that can be read")
    }
    self.expiration = expiration
  }

  /// A value that is sent in a header field. STS's session tokens have 4096 characters at most.
  static func checked(_ value: String?, _ name: String) throws(AWSError) -> String {
    guard let value, !value.isEmpty else { throw .badAnswer("it has no \(name)") }
    guard value.utf8.count <= 16 * 1024 else { throw .badAnswer("its \(name) is too long") }
    guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badAnswer("its \(name) has a character that no \(name) has")
    }
    return value
  }
}
