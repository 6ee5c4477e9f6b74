/// A new random UUID, version 4 (RFC 9562 §5.4), in its lower-case text form of 36 characters.
public func randomUUID() -> String {
  var bytes = InlineArray<16, UInt8>(repeating: 0)
  var span = bytes.mutableSpan
  RandomBytes.fill(&span)
  bytes[6] = bytes[6] & 0x0f | 0x40  // the version: 4
  bytes[8] = bytes[8] & 0x3f | 0x80  // the variant: 10 in binary
  return String(unsafeUninitializedCapacity: 36) { text in
    var position = 0
    for index in bytes.indices {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        text[position] = UInt8(ascii: "-")
        position += 1
      }
      text[position] = Hex.digit(bytes[index] >> 4)
      text[position + 1] = Hex.digit(bytes[index] & 0xf)
      position += 2
    }
    return position
  }
}
