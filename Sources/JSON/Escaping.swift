extension [UInt8] {
  /// Appends the content of a JSON string: RFC 8259 section 7 wants the quote, the backslash and
  /// the control characters below U+0020 escaped. All else stays as it is.
  ///
  /// Most texts need no escape. They are copied once; only what follows the first escape is
  /// copied again, run by run.
  package mutating func appendEscaped(_ text: String) {
    let start = count
    append(contentsOf: text.utf8)
    let firstEscape = endOfOrdinaryRun(from: start)
    if firstEscape == count { return }

    let rest = Array(self[firstEscape...])
    removeSubrange(firstEscape...)
    reserveCapacity(count + rest.count + rest.count / 8)
    var index = 0
    while index < rest.count {
      appendEscape(of: rest[index])
      let end = rest.endOfOrdinaryRun(from: index + 1)
      append(contentsOf: rest[index + 1..<end])
      index = end
    }
  }

  private mutating func appendEscape(of byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    default:
      append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
      append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
    }
  }
}

extension JSONWriter {
  /// How many bytes a string takes up as it is written, quotes included.
  public static func length(of text: String) -> Int {
    text.utf8.reduce(2) { length, byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: length + 2
      case ..<0x20: length + 6
      default: length + 1
      }
    }
  }
}
