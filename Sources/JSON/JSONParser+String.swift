/// Strings: RFC 8259 section 7.
extension JSONParser {
  /// Finds the end, checks the bytes and only then resolves the escapes, so that a string without
  /// any, and each run between two of them, is copied as a whole.
  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    let hasEscapes = try skipToQuote()
    let raw = start..<position
    position += 1

    // An escape is ASCII, so a string is valid UTF-8 if it is so with its escapes unresolved.
    do {
      let checked = try UTF8Span(validating: bytes.span.extracting(raw))
      if !hasEscapes { return String(copying: checked) }
    } catch {
      throw JSONError(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
    }
    return try unescaped(raw)
  }

  /// Moves to the quote that ends the string, and tells whether a backslash was on the way.
  private mutating func skipToQuote() throws(JSONError) -> Bool {
    var hasEscapes = false
    while true {
      position = bytes.endOfOrdinaryRun(from: position)
      switch try current() {
      case UInt8(ascii: "\""): return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position += 1
        _ = try current()
        position += 1
      default: throw JSONError(.controlCharacter, at: position)
      }
    }
  }

  /// Every backslash in the range has a byte after it.
  private func unescaped(_ range: Range<Int>) throws(JSONError) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var index = range.lowerBound
    while true {
      let end = bytes.endOfOrdinaryRun(from: index)
      text.append(contentsOf: bytes[index..<end])
      index = end
      if index == range.upperBound { return String(decoding: text, as: UTF8.self) }
      if bytes[index + 1] == UInt8(ascii: "u") {
        let scalar = try scalar(at: &index, before: range.upperBound)
        text.append(contentsOf: String(scalar).utf8)
      } else {
        guard let byte = shortEscape(bytes[index + 1]) else {
          throw JSONError(.badEscape, at: index)
        }
        text.append(byte)
        index += 2
      }
    }
  }

  private func shortEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// Reads one `\uXXXX`, or two that make a surrogate pair.
  private func scalar(
    at index: inout Int, before end: Int
  ) throws(JSONError) -> Unicode.Scalar {
    let start = index
    let unit = try codeUnit(at: &index, before: end)
    if let scalar = Unicode.Scalar(unit) { return scalar }

    guard UTF16.isLeadSurrogate(unit), index + 1 < end,
      bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    else { throw JSONError(.loneSurrogate, at: start) }
    let second = try codeUnit(at: &index, before: end)
    guard UTF16.isTrailSurrogate(second) else { throw JSONError(.loneSurrogate, at: start) }
    return UTF16.decode(UTF16.EncodedScalar([unit, second]))
  }

  private func codeUnit(at index: inout Int, before end: Int) throws(JSONError) -> UInt16 {
    let digits = index + 2..<index + 6
    guard digits.upperBound <= end else { throw JSONError(.badEscape, at: index) }
    var unit: UInt16 = 0
    for digit in bytes[digits] {
      guard let value = hexValue(digit) else { throw JSONError(.badEscape, at: index) }
      unit = unit << 4 | UInt16(value)
    }
    index = digits.upperBound
    return unit
  }

  private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
