extension String {
  /// Equality as RFC 8259 section 8.3 wants it, code unit by code unit, where `==` would compare
  /// up to canonical equivalence.
  func hasSameBytes(as other: String) -> Bool {
    let (bytes, others) = (utf8.span, other.utf8.span)
    guard bytes.count == others.count else { return false }
    for index in bytes.indices where bytes[index] != others[index] { return false }
    return true
  }
}

extension [UInt8] {
  /// The end of the run of bytes from `start` that stand for themselves inside a JSON string:
  /// the index of the next quote, backslash or control character, or `endIndex`.
  func endOfOrdinaryRun(from start: Int) -> Int {
    let bytes = span
    var index = start
    // Thirty-two at a time without a branch, which are vectors to the compiler.
    while bytes.count - index >= 32 {
      var ends: UInt8 = 0
      for position in index..<index + 32 { ends |= bytes[position].endsOrdinaryRun }
      if ends != 0 { break }
      index += 32
    }
    while index < bytes.count, bytes[index].endsOrdinaryRun == 0 { index += 1 }
    return index
  }
}

extension UInt8 {
  /// 1 or 0.
  fileprivate var endsOrdinaryRun: UInt8 {
    (self < 0x20 ? 1 : 0) | (self == UInt8(ascii: "\"") ? 1 : 0)
      | (self == UInt8(ascii: "\\") ? 1 : 0)
  }
}
