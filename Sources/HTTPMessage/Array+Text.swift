package import HTTPTypes

extension [UInt8] {
  /// Appends a text's bytes at once: the view of them is asked for each, which takes three times as long for the
  /// short texts of a head.
  package mutating func append(text: String) {
    unsafe text.utf8.span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends a field line (RFC 9112 §5) behind a CR LF.
  package mutating func append(line field: HTTPField) {
    append(line: field.name.rawName, field.value)
  }

  package mutating func append(line name: String, _ value: String) {
    append(.cr)
    append(.lf)
    append(text: name)
    append(UInt8(ascii: ":"))
    append(.space)
    append(text: value)
  }
}
