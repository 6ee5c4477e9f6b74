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
      guard pair.count == 2, Self.isToken(pair[0]) else { return nil }
      guard pair[0].lowercased() == "charset" else { continue }
      guard charset == nil else { return nil }
      let isQuoted = pair[1].count > 1 && pair[1].first == "\"" && pair[1].last == "\""
      charset = (isQuoted ? pair[1].dropFirst().dropLast() : pair[1]).lowercased()
    }
    self.charset = charset
  }

  private static func isToken(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      && !text.contains { "\"(),/:;<=>?@[\\]{}".contains($0) }
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
