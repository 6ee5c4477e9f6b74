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
    let scheme = url.utf8.prefix { $0 != UInt8(ascii: ":") }
    guard scheme.elementsEqual("https".utf8) || scheme.elementsEqual("http".utf8),
      url.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
    else { throw .invalidRequest("the URL must begin with http:// or https://") }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .invalidRequest("the URL may hold visible ASCII characters only (RFC 3986 §2)")
    }
  }

  private static func checkField(_ name: String, _ value: String) throws(HTTPClientError) {
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
      throw .invalidRequest("a field name must be a token (RFC 9110 §5.1)")
    }
    guard value.utf8.allSatisfy({ $0 != 0 && $0 != 0x0A && $0 != 0x0D }) else {
      throw .invalidRequest("a field value may hold no CR, LF or NUL (RFC 9110 §5.5)")
    }
    // A second length is how requests are smuggled (RFC 9112 §6.3).
    guard !isField(name, "content-length"), !isField(name, "transfer-encoding") else {
      throw .invalidRequest("Content-Length and Transfer-Encoding are the client's to write")
    }
  }
}

/// Whether a field's name is this one, which is in lower case.
func isField(_ name: String, _ lowercased: String) -> Bool {
  name.utf8.count == lowercased.utf8.count
    && zip(name.utf8, lowercased.utf8).allSatisfy { $0.asciiLowercased == $1 }
}
