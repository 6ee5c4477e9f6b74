extension [UInt8] {
  /// Appends a text's bytes at once: the view of them is asked for each, which takes three times as long for the
  /// short texts of a head.
  package mutating func append(text: String) {
    var text = text
    text.withUTF8 { unsafe append(contentsOf: $0) }
  }
}
