import Cryptography
import HTTPMessage
import HTTPTypes

/// Conditional requests (RFC 9110 §13) and caching (RFC 9111).
extension Response {
  /// A terminal calculation never changes.
  static let immutable = "private, max-age=3600, immutable"

  /// Adds the entity tag of the content, and answers 304 to a caller that has it already.
  ///
  /// - Parameter isFinal: Whether the representation will never change.
  func conditional(on fields: FieldSection, isFinal: Bool) -> Response {
    guard case .bytes(let bytes) = content else { return self }
    var response = self
    let tag = "\"\(SHA256.hash(bytes).hex.prefix(32))\""
    response.fields[.eTag] = tag
    if isFinal { response.fields[.cacheControl] = Self.immutable }
    guard let known = fields[.ifNoneMatch], EntityTags.contain(tag, in: known) else {
      return response
    }
    response.status = .notModified
    response.fields[.contentType] = nil
    response.content = .none
    return response
  }
}

enum EntityTags {
  /// Whether a list, or `*`, has the tag, by the weak comparison of `If-None-Match` (RFC 9110 §13.1.2).
  static func contain(_ tag: String, in list: String) -> Bool {
    var rest = list[...]
    if rest.trimmingOWS() == "*" { return true }
    // A comma can stand within a tag: the quotes, not the commas, part them.
    while let start = rest.firstIndex(of: "\"") {
      guard let end = rest[rest.index(after: start)...].firstIndex(of: "\"") else { return false }
      if rest[start...end] == tag { return true }
      rest = rest[rest.index(after: end)...]
    }
    return false
  }
}
