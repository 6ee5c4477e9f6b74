import Cryptography
import HTTPMessage
import HTTPTypes
import JSON
import RawStructuredFieldValues

/// The ClientRequestToken of a call that must not run twice.
enum ClientRequestToken {
  /// Athena's bounds, in characters.
  static let length = 32...128

  /// A new one, for a caller that gives none.
  static func random() -> String { randomUUID() }

  /// The token that stands for the request's `Idempotency-Key`; nil without one.
  ///
  /// A key is its caller's own: the token is a digest of the operation, the caller, the resource and
  /// the key, each with its length before it, so that no two of them can be joined to the same text.
  static func derived(
    from fields: FieldSection, operation: String, caller: String, resource: String
  ) throws(Problem) -> String? {
    let values = fields.values(of: .idempotencyKey)
    guard let value = values.first else { return nil }
    guard values.count == 1, let key = key(value) else {
      throw Problem(
        .invalidRequest,
        "Idempotency-Key must stand once, with 1 to 255 visible ASCII characters; in double quotes it "
          + "may have spaces too")
    }
    var hash = SHA256()
    for part in [operation, caller, resource, key] {
      let text = Array("\(part.utf8.count):\(part)".utf8)
      hash.update(text.span)
    }
    return hash.finalize().hex
  }

  static let givenTwice = Problem(findings: [
    .init(
      detail: "is given along with Idempotency-Key; give one",
      pointer: .root.appending("clientRequestToken"))
  ])

  /// A structured field's string (RFC 9651 §3.3.3), or the same text without quotes, as many clients
  /// send it.
  private static func key(_ value: String) -> String? {
    let key: String
    if value.hasPrefix("\"") {
      var parser = StructuredFieldValueParser(Array(value.utf8))
      guard let item = try? parser.parseItemFieldValue(),
        case .string(let text) = item.rfc9651BareItem
      else { return nil }
      key = text
    } else {
      guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
      else { return nil }
      key = value
    }
    return (1...255).contains(key.utf8.count) ? key : nil
  }
}
