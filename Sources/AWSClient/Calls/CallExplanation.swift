import Cryptography
import HTTPClient
public import SigV4

/// A call as it would be sent, and what its signature is computed of. Secrets are masked, all but in what
/// they are hashed into.
public struct CallExplanation: Sendable {
  public let method: String
  public let url: String
  /// In the order in which they would be sent, `Host` first.
  public let fields: [(name: String, value: String)]
  public let body: [UInt8]
  /// Step 1 of Signature Version 4.
  public let canonicalRequest: String
  /// Step 2; its last line is the hash of the canonical request without a mask.
  public let stringToSign: String

  init(
    _ request: UnsignedRequest, _ signer: Signer, with credentials: Credentials, at seconds: Int
  ) {
    let signed = signer.sign(
      method: request.method.rawValue, path: request.path, host: request.endpoint.host,
      fields: request.fields, payloadHash: request.payloadHash, pathRule: request.pathRule,
      region: request.region, with: credentials, at: seconds)
    let all = [(name: "Host", value: request.endpoint.host)] + signed
    let canonical = CanonicalRequest(
      SignableRequest(
        method: request.method.rawValue, path: request.path, headers: all,
        payloadHash: request.payloadHash.hex),
      pathRule: request.pathRule)
    let time = SigningTime(secondsSince1970: seconds)
    method = request.method.rawValue
    url = request.endpoint.origin + request.path
    body = request.body
    canonicalRequest = Self.mask(canonical: String(decoding: canonical.text, as: UTF8.self))
    stringToSign = String(
      decoding: canonical.stringToSign(at: time, scope: signer.scope(at: time, in: request.region)),
      as: UTF8.self)
    fields = all.map { name, value in
      switch name {
      case "X-Amz-Security-Token": (name, Self.mask(token: value))
      case "Authorization": (name, Self.mask(authorization: value, credentials))
      default: (name, value)
      }
    }
  }

  /// By the line: what is in it is not the token byte for byte.
  private static func mask(canonical text: String) -> String {
    let name = "x-amz-security-token:"
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map {
        $0.hasPrefix(name) ? name + mask(token: String($0.dropFirst(name.count))) : String($0)
      }
      .joined(separator: "\n")
  }

  private static func mask(token: String) -> String { "(masked: \(token.utf8.count) characters)" }

  /// The whole signature would be good for a call, for as long as its date is.
  private static func mask(authorization value: String, _ credentials: Credentials) -> String {
    guard let start = value.firstRange(of: "Signature=")?.upperBound else { return "(masked)" }
    return value[..<start].replacing(credentials.accessKeyID, with: credentials.maskedKeyID)
      + value[start...].prefix(8) + "…"
  }
}

extension Credentials {
  /// The access key ID as people compare it: its first and last four characters.
  public var maskedKeyID: String {
    accessKeyID.count > 8 ? "\(accessKeyID.prefix(4))…\(accessKeyID.suffix(4))" : "…"
  }
}
