/// Entity tags (RFC 9110 §8.8.3).
public enum EntityTag {
  /// Whether the text is one strong entity tag: `"…"`.
  public static func isStrong(_ text: some StringProtocol) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count >= 2 && bytes.first == UInt8(ascii: "\"")
      && bytes.last == UInt8(ascii: "\"")
      && bytes.dropFirst().dropLast().allSatisfy { $0 == 0x21 || $0 >= 0x23 && $0 != 0x7F }
  }
}
