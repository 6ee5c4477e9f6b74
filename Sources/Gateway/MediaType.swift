import HTTPMessage

/// A media type with its parameters (RFC 9110 §8.3.1).
struct MediaType {
  /// `type/subtype` in lower case.
  let essence: String
  /// The charset in lower case; nil without one.
  let charset: String?

  /// nil for what is not one media type.
  init?(_ text: String) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
      .map { $0.trimmingOWS() }
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, names.allSatisfy(Self.isToken) else { return nil }
    essence = parts[0].lowercased()
    var charset: String?
    for part in parts.dropFirst() where !part.isEmpty {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, Self.isToken(pair[0]), let value = Self.value(pair[1]) else {
        return nil
      }
      guard pair[0].lowercased() == "charset" else { continue }
      guard charset == nil else { return nil }
      charset = value.lowercased()
    }
    self.charset = charset
  }

  /// A parameter's value without its quotes; nil for what is neither a token nor quoted, such as the
  /// `b, text/plain` of two media types in one field.
  private static func value(_ text: Substring) -> Substring? {
    if isToken(text) { return text }
    guard text.count > 1, text.first == "\"", text.last == "\"" else { return nil }
    let inner = text.dropFirst().dropLast()
    return inner.contains("\"") ? nil : inner
  }

  private static func isToken(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(\.isTokenCharacter)
  }
}

extension Substring {
  /// Without the spaces and tabs at both ends (OWS, RFC 9110 §5.6.3).
  func trimmingOWS() -> Substring {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
