import HTTPMessage

extension ClientRequest {
  /// Checks what could change the meaning of the bytes that go out, before libcurl sees it.
  func check() throws(HTTPClientError) {
    try checkURL()
    for (name, value) in fields { try Self.checkField(name, value) }
    switch method {
    case .get, .head:
      guard body.isEmpty else { throw .invalidRequest("GET and HEAD have no content") }
    case .post, .put: break
    }
  }

  /// libcurl guesses a missing scheme, and would send spaces and control characters as they are.
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
    // A second length is how requests are smuggled (RFC 9112 §6.3).
    guard !isField(name.utf8.span, "content-length"),
      !isField(name.utf8.span, "transfer-encoding")
    else {
      throw .invalidRequest("Content-Length and Transfer-Encoding are the client's to write")
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

/// Whether a field's name is this one, which is in lower case.
func isField(_ name: Span<UInt8>, _ lowercased: StaticString) -> Bool {
  guard name.count == lowercased.utf8CodeUnitCount else { return false }
  return lowercased.withUTF8Buffer { wanted in
    for index in name.indices where name[index].asciiLowercased != wanted[index] { return false }
    return true
  }
}
