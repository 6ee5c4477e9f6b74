/// What a text needs to stand in a line of the log, found in one look at its bytes.
enum Spelling {
  /// Visible ASCII without what quotes and separates: it can stand for itself.
  case word
  /// Printable ASCII, or nothing: it can stand between quotes.
  case plain
  /// Printable ASCII, of which something must be escaped between quotes.
  case quoting
  /// Anything else, and what is too long.
  case foreign

  init(_ text: Span<UInt8>, atMost limit: Int) {
    guard text.count <= limit else {
      self = .foreign
      return
    }
    var found: UInt8 = 0
    for index in text.indices {
      // No branch and no check, so that the compiler looks at sixteen bytes at once: the index is one of the text's.
      let byte = text[unchecked: index]
      found |=
        (byte == UInt8(ascii: " ") ? 1 : 0) | (byte == UInt8(ascii: "=") ? 1 : 0)
        | (byte == UInt8(ascii: "\"") ? 2 : 0) | (byte == UInt8(ascii: "\\") ? 2 : 0)
        | (byte < 0x20 ? 4 : 0) | (byte > 0x7E ? 4 : 0)
    }
    self =
      switch found {
      case 0: text.isEmpty ? .plain : .word
      case 1: .plain
      case 2, 3: .quoting
      default: .foreign
      }
  }
}
