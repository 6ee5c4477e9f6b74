/// The value of a `tracestate` field (W3C Trace Context §3.3): a list of what systems on the way have noted.
enum TraceState {
  /// No longer one is passed on; shorter ones must be.
  private static let longest = 512
  private static let mostMembers = 32

  /// Whether the text is such a list, each key in it once. What is not is passed on to nobody.
  static func isValid(_ text: String) -> Bool {
    guard text.utf8.count <= longest else { return false }
    var keys: [Substring] = []
    for member in text.split(separator: ",", omittingEmptySubsequences: false) {
      let member = member.trimmed
      if member.isEmpty { continue }
      guard let equals = member.firstIndex(of: "=") else { return false }
      let key = member[..<equals]
      guard isKey(key), isValue(member[member.index(after: equals)...]), !keys.contains(key) else {
        return false
      }
      keys.append(key)
    }
    return !keys.isEmpty && keys.count <= mostMembers
  }

  /// Lower-case letters, digits and `_-*/`, of a tenant `@` a system; at most 256 of them.
  private static func isKey(_ key: Substring) -> Bool {
    guard (1...256).contains(key.utf8.count), let first = key.utf8.first else { return false }
    let isAlphanumeric = isLetter(first) || isDigit(first)
    return isAlphanumeric && key.utf8.count { $0 == UInt8(ascii: "@") } <= 1
      && key.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-*/@".utf8.contains($0) }
  }

  private static func isValue(_ value: Substring) -> Bool {
    (1...256).contains(value.utf8.count)
      && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension Substring {
  /// Without optional white space around it (RFC 9110 §5.6.3).
  fileprivate var trimmed: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return "" }
    return self[first...last]
  }
}
