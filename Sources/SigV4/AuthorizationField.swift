public import Cryptography

/// The `Authorization` field of a signed request:
/// `AWS4-HMAC-SHA256 Credential=…/…/aws4_request, SignedHeaders=…, Signature=…`.
public struct AuthorizationField: Sendable, Equatable {
  /// Who signs.
  public let accessKeyID: String

  /// What the signing key is good for.
  public let scope: CredentialScope

  /// The names of the fields that the signature covers, in lower case, sorted, with `;` between
  /// them.
  public let signedHeaders: String

  /// The signature, which `==` compares in constant time.
  public let signature: Digest

  /// A signature made with SHA-256 and a shared secret: the only algorithm here.
  static let algorithm = "AWS4-HMAC-SHA256"

  public init(
    accessKeyID: String, scope: CredentialScope, signedHeaders: String, signature: Digest
  ) {
    self.accessKeyID = accessKeyID
    self.scope = scope
    self.signedHeaders = signedHeaders
    self.signature = signature
  }

  /// The field value, as AWS's SDKs write it.
  public var value: String {
    let count =
      128 + accessKeyID.utf8.count + scope.description.utf8.count + signedHeaders.utf8.count
    var text: [UInt8] = []
    text.append(addingCapacity: count) { text in
      text.append(Self.algorithm)
      text.append(" Credential=")
      text.append(accessKeyID)
      text.append("/")
      text.append(scope.description)
      text.append(", SignedHeaders=")
      text.append(signedHeaders)
      text.append(", Signature=")
      text.append(hex: signature)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
