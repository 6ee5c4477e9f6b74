import Cryptography
import SigV4

/// Signs the requests of one service. What a signature costs once a day, or once a second,
/// is kept.
final class Signer {
  private let service: String
  private var key: SigningKey?
  /// What `key` is derived from, besides what it tells itself.
  private var secret = ""
  private var time = SigningTime(secondsSince1970: 0)
  /// Those of the request before, which has mostly been one for the same operation.
  private var signedHeaders = SignedHeaders(of: [])

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
    var request = SignableRequest(
      method: method, path: path, headers: [], payloadHash: payloadHash.hex)
    // Date, token, authorization; and four of the caller's, so that the array is made once.
    request.headers.reserveCapacity(fields.count + 7)
    request.headers += fields
    request.headers.append(("X-Amz-Date", time.dateTime))
    if let token = credentials.sessionToken {
      request.headers.append(("X-Amz-Security-Token", token))
    }
    request.headers.append(("Host", host))
    if !signedHeaders.areThose(of: request.headers) {
      signedHeaders = SignedHeaders(of: request.headers)
    }
    let authorization = signingKey(of: credentials, for: region).authorization(
      for: request, covering: signedHeaders, at: time, pathRule: pathRule)
    request.headers.removeLast()
    request.headers.append(("Authorization", authorization.value))
    return request.headers
  }

  /// Derived once a day for the same credentials and region.
  private func signingKey(of credentials: Credentials, for region: Region) -> SigningKey {
    if let key, key.scope.date == time.date, key.scope.region == region.name,
      key.accessKeyID == credentials.accessKeyID, secret == credentials.secretAccessKey
    {
      return key
    }
    let key = SigningKey(credentials: credentials, scope: scope(at: time, in: region))
    self.key = key
    secret = credentials.secretAccessKey
    return key
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
