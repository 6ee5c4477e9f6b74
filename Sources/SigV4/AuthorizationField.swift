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
    var text: [UInt8] = []
    text.reserveCapacity(224 + accessKeyID.utf8.count + signedHeaders.utf8.count)
    text.append(contentsOf: Self.algorithm.utf8)
    text.append(contentsOf: " Credential=".utf8)
    text.append(contentsOf: accessKeyID.utf8)
    text.append(UInt8(ascii: "/"))
    text.append(contentsOf: scope.description.utf8)
    text.append(contentsOf: ", SignedHeaders=".utf8)
    text.append(contentsOf: signedHeaders.utf8)
    text.append(contentsOf: ", Signature=".utf8)
    Hex.append(signature.bytes.span, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
