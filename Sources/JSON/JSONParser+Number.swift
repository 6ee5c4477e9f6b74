/// Numbers: RFC 8259 section 6.
extension JSONParser {
  mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if try current() == UInt8(ascii: "0") {
      position += 1
      if position < bytes.count, isDigit(bytes[position]) {
        throw JSONError(.badNumber, at: position)
      }
    } else {
      try digits()
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = try current()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return JSONNumber(literal: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  /// Reads one digit or more.
  private mutating func digits() throws(JSONError) {
    guard isDigit(try current()) else { throw JSONError(.badNumber, at: position) }
    repeat { position += 1 } while position < bytes.count && isDigit(bytes[position])
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
