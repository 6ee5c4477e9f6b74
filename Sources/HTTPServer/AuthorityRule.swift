import HTTPMessage

/// `uri-host [ ":" port ]` (RFC 9110 §7.2), as `Host` and absolute-form have it.
enum AuthorityRule {
  /// Refuses what is not one, user information and an empty host included.
  ///
  /// - Parameter needsPort: Whether a port must be named: RFC 9110 §9.3.6 has it so for CONNECT.
  static func check(
    _ bytes: Span<UInt8>, _ range: Range<Int>, needsPort: Bool = false
  ) throws(Refusal) {
    var position = range.lowerBound
    if position < range.upperBound, bytes[position] == UInt8(ascii: "[") {
      guard let end = bytes.firstIndex(of: UInt8(ascii: "]"), in: range), end > position + 1 else {
        throw malformed
      }
      for inner in (position + 1)..<end where !isAddressCharacter(bytes[inner]) { throw malformed }
      position = end + 1
    } else {
      while position < range.upperBound, isNameCharacter(bytes[position]) { position += 1 }
      guard position > range.lowerBound else { throw malformed }
    }
    guard !needsPort || position + 1 < range.upperBound else {
      throw .malformed("the target of CONNECT must name a port (RFC 9110 section 9.3.6)")
    }
    guard position < range.upperBound else { return }
    guard bytes[position] == UInt8(ascii: ":"), isPort(bytes, (position + 1)..<range.upperBound)
    else { throw malformed }
  }

  private static let malformed = Refusal.malformed(
    "the host must be one name or address with an optional port (RFC 9110 section 7.2)")

  /// What an IPv6 address is written with.
  private static func isAddressCharacter(_ byte: UInt8) -> Bool {
    byte.hexDigit != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
  }

  /// reg-name (RFC 3986 §3.2.2) without the comma, which would make two hosts of one in a joined field.
  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"): false
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: "="): true
    default: byte.isTokenCharacter
    }
  }

  /// A port of the grammar may be empty.
  private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var port = 0
    for position in range {
      guard bytes[position].isDigit, range.count <= 5 else { return false }
      port = port * 10 + Int(bytes[position] - UInt8(ascii: "0"))
    }
    return port <= 65535
  }
}
