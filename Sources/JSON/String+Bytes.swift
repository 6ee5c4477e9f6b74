extension String {
  /// Equality as RFC 8259 section 8.3 wants it, code unit by code unit, where `==` would compare
  /// up to canonical equivalence.
  func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}

extension [UInt8] {
  /// The end of the run of bytes from `start` that stand for themselves inside a JSON string:
  /// the index of the next quote, backslash or control character, or `endIndex`.
  func endOfOrdinaryRun(from start: Int) -> Int {
    let bytes = span
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      index += 1
    }
    return index
  }
}
