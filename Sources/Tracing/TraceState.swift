/// The value of a `tracestate` field (W3C Trace Context §3.3): a list of what systems on the way have noted.
enum TraceState {
  /// No longer one is passed on; shorter ones must be (§3.3.1.5).
  private static let longest = 512
  private static let mostMembers = 32

  /// The text verbatim, or, where it is too long, without the members at its end, which are the oldest; nil where it
  /// is no such list with each key once: that is passed on to nobody.
  static func passedOn(_ text: String) -> String? {
    var (keys, kept): ([Substring], [Substring]) = ([], [])
    var length = -1
    for member in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let member = Substring(member).trimmed
      if member.isEmpty { continue }
      guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")), keys.count < mostMembers
      else { return nil }
      let key = member[..<equals]
      guard isKey(key), isValue(member[member.utf8.index(after: equals)...]), !keys.contains(key)
      else {
        return nil
      }
      keys.append(key)
      length += 1 + member.utf8.count
      if length <= longest { kept.append(member) }
    }
    guard !kept.isEmpty else { return nil }
    return text.utf8.count <= longest ? text : kept.joined(separator: ",")
  }

  /// A system's name, or a tenant's `@` a system's (§3.3.1.3.1): the system's begins with a letter.
  private static func isKey(_ key: Substring) -> Bool {
    guard let at = key.firstIndex(of: "@") else { return isName(key, atMost: 256) }
    return isName(key[..<at], atMost: 241, mayBeginWithDigit: true)
      && isName(key[key.index(after: at)...], atMost: 14)
  }

  /// Lower-case letters, digits and `_-*/`.
  private static func isName(
    _ name: Substring, atMost limit: Int, mayBeginWithDigit: Bool = false
  ) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= limit else { return false }
    return (isLetter(first) || mayBeginWithDigit && isDigit(first))
      && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
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
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = utf8.firstIndex(where: { !isSpace($0) }),
      let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return self[first...last]
  }
}
