/// What a trailer section may not have (RFC 9110 §6.5.1): fields of framing, routing, authentication and
/// of the content's form. Nobody sends them there but to have them taken for the request's own.
enum TrailerRule {
  private static let forbidden: [StaticString] = [
    "content-length", "transfer-encoding", "connection", "host", "authorization", "cookie",
    "expect",
    "content-type", "content-encoding", "content-range",
  ]

  static func check(_ field: FieldSection.Line, in bytes: Span<UInt8>) throws(Refusal) {
    for name in forbidden where bytes.matches(field.name, name) {
      throw .malformed("a trailer section must not have \(name) (RFC 9110 section 6.5.1)")
    }
  }
}
