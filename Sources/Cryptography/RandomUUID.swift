/// A new random UUID, version 4 (RFC 9562 §5.4), in its lower-case text form of 36 characters.
public func randomUUID() -> String {
  var bytes = InlineArray<16, UInt8>(repeating: 0)
  var span = bytes.mutableSpan
  RandomBytes.fill(name: &span)
  bytes[6] = bytes[6] & 0x0f | 0x40  // the version: 4
  bytes[8] = bytes[8] & 0x3f | 0x80  // the variant: 10 in binary
  return Hex.encode(bytes.span, withDashesBefore: 0b101_0101_0000)
}
