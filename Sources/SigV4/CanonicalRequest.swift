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
    var headers: [(name: String, value: String)] = []
    headers.reserveCapacity(request.headers.count)
    for header in request.headers {
      let name = header.name.asciiLowercased
      if !isNeverSigned(name) { headers.append((name, header.value)) }
    }
    self.init(request, headers: headers, pathRule: pathRule)
  }

  /// Covers what the client says it has signed, to verify it; `nil` if `request` lacks one of those
  /// fields, or if `signedHeaders` is not a sorted list of lower-case names, at least one.
  public init?(
    _ request: SignableRequest, signedHeaders: String, pathRule: PathRule = .standard
  ) {
    let names = signedHeaders.utf8.split(separator: UInt8(ascii: ";"))
    var headers: [(name: String, value: String)] = []
    for header in request.headers {
      let name = header.name.asciiLowercased
      if names.contains(where: { $0.elementsEqual(name.utf8) }) {
        headers.append((name, header.value))
      }
    }
    self.init(request, headers: headers, pathRule: pathRule)
    // Made anew from what was found, the list shows whatever is wrong with it.
    guard !headers.isEmpty, self.signedHeaders.utf8.elementsEqual(signedHeaders.utf8) else {
      return nil
    }
  }

  /// - Parameter headers: the fields to cover, their names in lower case.
  private init(
    _ request: SignableRequest, headers: [(name: String, value: String)], pathRule: PathRule
  ) {
    let headers = CanonicalHeaders(headers)
    var text: [UInt8] = []
    text.reserveCapacity(
      160 + request.path.utf8.count + request.query.utf8.count + headers.text.count
        + headers.names.utf8.count)
    text.append(contentsOf: request.method.utf8)
    text.append(UInt8(ascii: "\n"))
    text.append(canonicalPath: request.path, rule: pathRule)
    text.append(UInt8(ascii: "\n"))
    text.append(canonicalQuery: request.query)
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: headers.text)
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: headers.names.utf8)
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: request.payloadHash.utf8)
    self.text = text
    self.signedHeaders = headers.names
  }

  /// The second stage: what the signature is computed of.
  public func stringToSign(at time: SigningTime, scope: CredentialScope) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(192)
    text.append(contentsOf: AuthorizationField.algorithm.utf8)
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: time.dateTime.utf8)
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: scope.description.utf8)
    text.append(UInt8(ascii: "\n"))
    Hex.append(SHA256.hash(self.text).bytes.span, to: &text)
    return text
  }
}

/// The fields that proxies and HTTP libraries add, drop or rewrite: the list of AWS's own SDKs.
private func isNeverSigned(_ name: String) -> Bool {
  switch name {
  case "authorization", "connection", "expect", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id":
    true
  default: false
  }
}
