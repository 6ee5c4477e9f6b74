import Cryptography
import SigV4

/// Signs the requests of one service. What a signature costs once a day, or once a second,
/// is kept.
final class Signer {
  private let service: String
  private var key: (credentials: Credentials, key: SigningKey)?
  private var time = SigningTime(secondsSince1970: 0)

  init(service: String) {
    self.service = service
  }

  /// The fields to send: the given ones, which are signed as they are, then those that signing adds.
  /// `Host` is signed but not among them, since the HTTP client sends it itself.
  ///
  /// - Parameter seconds: The moment, since 1970.
  func sign(
    method: String, path: String, host: String, fields: [(name: String, value: String)],
    payloadHash: Digest, pathRule: PathRule, region: Region, with credentials: Credentials,
    at seconds: Int
  ) -> [(name: String, value: String)] {
    if time.secondsSince1970 != seconds { time = SigningTime(secondsSince1970: seconds) }
    var fields = fields
    fields.append(("X-Amz-Date", time.dateTime))
    if let token = credentials.sessionToken { fields.append(("X-Amz-Security-Token", token)) }
    let request = SignableRequest(
      method: method, path: path, headers: fields + [("Host", host)],
      payloadHash: payloadHash.hex)
    let authorization = signingKey(credentials, region).authorization(
      for: request, at: time, pathRule: pathRule)
    fields.append(("Authorization", authorization.value))
    return fields
  }

  /// Derived once a day for the same credentials and region.
  private func signingKey(_ credentials: Credentials, _ region: Region) -> SigningKey {
    if let key, key.key.scope.date == time.date, key.key.scope.region == region.name,
      key.credentials == credentials
    {
      return key.key
    }
    let derived = SigningKey(credentials: credentials, scope: scope(at: time, in: region))
    key = (credentials, derived)
    return derived
  }

  func scope(at time: SigningTime, in region: Region) -> CredentialScope {
    CredentialScope(date: time.date, region: region.name, service: service)
  }
}

extension ServiceError {
  /// The error without its message, where that repeats a secret: AWS explains a wrong signature by all
  /// that it covers, the session token included, and what stands between may do so under any name.
  func withholdingSecrets(of credentials: Credentials) -> ServiceError {
    withholding([credentials.secretAccessKey, credentials.sessionToken ?? ""])
  }

  /// The error as it goes into logs and to callers; cut last, as a part of a secret would not be found.
  func withholding(_ secrets: [String]) -> ServiceError {
    guard let message else { return self }
    // AWS's have 40 characters and more; a shorter text would be found by chance.
    let isSecret = secrets.contains { $0.utf8.count >= 16 && message.contains($0) }
    var error = self
    error.message = isSecret ? nil : message.cut(to: Self.longestMessage)
    return error
  }

  private static let longestMessage = 4096
}
