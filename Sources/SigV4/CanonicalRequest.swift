import Cryptography

/// The first stage of SigV4: a request in the one form that both sides agree on.
public struct CanonicalRequest: Sendable {
  /// The canonical request itself.
  public let text: [UInt8]

  /// The names of the fields that it covers, sorted: `host;x-amz-date`.
  public let signedHeaders: String

  /// Covers all fields but those that are known to change on the way to the service, and
  /// `Authorization` itself.
  public init(_ request: SignableRequest, pathRule: PathRule = .standard) {
    self.init(request, covering: SignedHeaders(of: request.headers), pathRule: pathRule)
  }

  /// Covers what the client says it has signed, to verify it; `nil` if `request` lacks one of those
  /// fields, or if `signedHeaders` is not a sorted list of lower-case names, at least one.
  public init?(
    _ request: SignableRequest, signedHeaders: String, pathRule: PathRule = .standard
  ) {
    let names = signedHeaders.utf8.split(separator: UInt8(ascii: ";"))
    let found = SignedHeaders(request.headers) { name in
      names.contains { $0.elementsEqual(name.utf8) }
    }
    // Made anew from what was found, the list shows whatever is wrong with it.
    guard !found.names.isEmpty, found.names.utf8.elementsEqual(signedHeaders.utf8) else {
      return nil
    }
    self.init(request, covering: found, pathRule: pathRule)
  }

  /// - Parameter signedHeaders: Those of a request whose fields have the same names.
  public init(
    _ request: SignableRequest, covering signedHeaders: SignedHeaders, pathRule: PathRule
  ) {
    precondition(signedHeaders.areThose(of: request.headers))
    var text: [UInt8] = []
    let count =
      signedHeaders.longest(request.headers) + signedHeaders.names.utf8.count
      + request.payloadHash.utf8.count + 2
    text.reserveCapacity(
      request.method.utf8.count + request.path.utf8.count + request.query.utf8.count + 4 + count)
    text.append(contentsOf: request.method.utf8)
    text.append(UInt8(ascii: "\n"))
    text.append(canonicalPath: request.path, rule: pathRule)
    text.append(UInt8(ascii: "\n"))
    text.append(canonicalQuery: request.query)
    text.append(UInt8(ascii: "\n"))
    text.append(addingCapacity: count) { text in
      signedHeaders.append(request.headers, to: &text)
      text.append(UInt8(ascii: "\n"))
      text.append(signedHeaders.names)
      text.append(UInt8(ascii: "\n"))
      text.append(request.payloadHash)
    }
    self.text = text
    self.signedHeaders = signedHeaders.names
  }

  /// The second stage: what the signature is computed of.
  public func stringToSign(at time: SigningTime, scope: CredentialScope) -> [UInt8] {
    let count =
      AuthorizationField.algorithm.utf8.count + time.dateTime.utf8.count
      + scope.description.utf8.count + 2 * Digest.byteCount + 3
    var text: [UInt8] = []
    text.append(addingCapacity: count) { text in
      text.append(AuthorizationField.algorithm)
      text.append(UInt8(ascii: "\n"))
      text.append(time.dateTime)
      text.append(UInt8(ascii: "\n"))
      text.append(scope.description)
      text.append(UInt8(ascii: "\n"))
      text.append(hex: SHA256.hash(self.text))
    }
    return text
  }
}
