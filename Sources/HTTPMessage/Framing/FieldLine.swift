/// `field-name ":" OWS field-value OWS` (RFC 9112 §5).
package enum FieldLine {
  package static func parse(
    _ bytes: Span<UInt8>, _ line: Range<Int>
  ) throws(Refusal) -> FieldSection.Line {
    var colon = line.lowerBound
    while colon < line.upperBound, bytes[colon].isTokenCharacter { colon += 1 }
    guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
      throw malformed(bytes, line)
    }
    var faults: UInt8 = 0
    let value = bytes.extracting((colon + 1)..<line.upperBound)
    for position in 0..<value.count {
      let byte = value[position]
      faults |= (byte < 0x20 ? 1 : 0) & (byte == .tab ? 0 : 1) | (byte == 0x7F ? 1 : 0)
    }
    guard faults == 0 else {
      throw .malformed("a field value has a control character (RFC 9110 section 5.5)")
    }
    return FieldSection.Line(
      name: line.lowerBound..<colon, value: bytes.trimmed((colon + 1)..<line.upperBound))
  }

  private static func malformed(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Refusal {
    switch bytes[line.lowerBound] {
    case .space, .tab:
      .malformed("a field line begins with white space (RFC 9112 section 5.2)")
    default:
      .malformed(
        "a field line must be a name, a colon right after it, and a value (RFC 9112 section 5)")
    }
  }
}
