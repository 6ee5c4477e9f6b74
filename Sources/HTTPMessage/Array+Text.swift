package import HTTPTypes

extension [UInt8] {
  /// Appends a text's bytes at once: the view of them is asked for each, which takes three times as long for the
  /// short texts of a head.
  package mutating func append(text: String) {
    unsafe text.utf8.span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends a field line (RFC 9112 §5) behind a CR LF.
  package mutating func append(line field: HTTPField) {
    append(0x0D)
    append(0x0A)
    append(text: field.name.rawName)
    append(UInt8(ascii: ":"))
    append(0x20)
    append(text: field.value)
  }
}
