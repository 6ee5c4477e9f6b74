public import Cryptography

/// The key that signs for one ``CredentialScope``. Deriving it costs four HMACs: keep it for its
/// day.
public struct SigningKey: Sendable {
  /// Whose key it is.
  public let accessKeyID: String

  /// What it signs for.
  public let scope: CredentialScope

  private let kSigning: HMACSHA256

  /// Derives the key: "Derive a signing key" in AWS's guide to signing requests.
  public init(credentials: Credentials, scope: CredentialScope) {
    let kSecret = Array("AWS4\(credentials.secretAccessKey)".utf8)
    let kDate = HMACSHA256.code(scope.date, key: kSecret.span)
    let kRegion = HMACSHA256.code(scope.region, key: kDate.bytes.span)
    let kService = HMACSHA256.code(scope.service, key: kRegion.bytes.span)
    let kSigning = HMACSHA256.code(CredentialScope.terminator, key: kService.bytes.span)
    self.kSigning = HMACSHA256(key: kSigning.bytes.span)
    accessKeyID = credentials.accessKeyID
    self.scope = scope
  }

  /// The signature of a string to sign.
  public func signature(of stringToSign: [UInt8]) -> Digest {
    kSigning.code(stringToSign.span)
  }

  /// All stages in one: the `Authorization` field of `request`, which has to be sent with the
  /// `X-Amz-Date` that it is signed with, on the day of this key's scope.
  ///
  /// - Parameter signedHeaders: Those of the request, where they are known from one before.
  public func authorization(
    for request: SignableRequest, covering signedHeaders: SignedHeaders? = nil,
    at time: SigningTime, pathRule: PathRule = .standard
  ) -> AuthorizationField {
    let signedHeaders = signedHeaders ?? SignedHeaders(of: request.headers)
    let canonicalRequest = CanonicalRequest(request, covering: signedHeaders, pathRule: pathRule)
    return AuthorizationField(
      accessKeyID: accessKeyID,
      scope: scope,
      signedHeaders: signedHeaders.names,
      signature: signature(of: canonicalRequest.stringToSign(at: time, scope: scope)))
  }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "SigningKey(\(accessKeyID)/\(scope))" }

  public var debugDescription: String { description }

  /// Without the key, which signs as well as the secret does until its day is over.
  public var customMirror: Mirror {
    Mirror(self, children: ["accessKeyID": accessKeyID, "scope": scope])
  }
}
