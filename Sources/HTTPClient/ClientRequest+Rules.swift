import HTTPMessage

extension ClientRequest {
  /// Checks what could change the meaning of the bytes that go out.
  func check() throws(HTTPClientError) {
    try checkURL()
    for field in fields { try Self.checkField(field.name, field.value) }
    switch method {
    case .get, .head:
      guard body.isEmpty else { throw .invalidRequest("GET and HEAD have no content") }
    case .post, .put: break
    }
  }

  /// A space would end the target, and libcurl guesses a missing scheme.
  private func checkURL() throws(HTTPClientError) {
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw .invalidRequest("the URL must begin with http:// or https://")
    }
    let bytes = url.utf8.span
    for index in bytes.indices where bytes[index] <= 0x20 || bytes[index] >= 0x7F {
      throw .invalidRequest("the URL may hold visible ASCII characters only (RFC 3986 §2)")
    }
  }

  private static func checkField(_ name: String, _ value: String) throws(HTTPClientError) {
    guard isToken(name.utf8.span) else {
      throw .invalidRequest("a field name must be a token (RFC 9110 §5.1)")
    }
    guard isOneLine(value.utf8.span) else {
      throw .invalidRequest("a field value may hold no CR, LF or NUL (RFC 9110 §5.5)")
    }
    // A second length is how requests are smuggled (RFC 9112 §6.3), and a second host how they go astray.
    let name = name.utf8.span
    let whole = 0..<name.count
    guard !name.matches(whole, "content-length"), !name.matches(whole, "transfer-encoding"),
      !name.matches(whole, "host")
    else {
      throw .invalidRequest(
        "Host, Content-Length and Transfer-Encoding are the client's to write")
    }
  }

  private static func isToken(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices where !bytes[index].isTokenCharacter { return false }
    return !bytes.isEmpty
  }

  /// Without a branch a byte, so that the compiler takes many at once: a token of AWS's has a thousand.
  private static func isOneLine(_ bytes: Span<UInt8>) -> Bool {
    var faults: UInt8 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      faults |= (byte == 0 ? 1 : 0) | (byte == 0x0A ? 1 : 0) | (byte == 0x0D ? 1 : 0)
    }
    return faults == 0
  }
}
