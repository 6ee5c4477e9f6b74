/// One range of bytes (RFC 9110 §14.1.2).
public enum ByteRange: Sendable, Equatable, CustomStringConvertible {
  /// From one position to another, both included; nil for the end, whatever that is.
  case from(Int, through: Int?)
  /// So many bytes before the end.
  case suffix(Int)

  /// Reads a `Range` field; nil for what is to be passed over (§14.2): another unit, a malformed or
  /// backward range, and several, which would be an answer in parts.
  ///
  /// A position can be any number of digits: one beyond all that can be counted is as good as the largest.
  public init?(field: String) {
    let parts = field.utf8.split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, String(Substring(parts[0])).lowercased() == "bytes" else { return nil }
    // Empty elements of a list mean nothing (§5.6.1.2).
    let ranges = parts[1].split(separator: UInt8(ascii: ",")).map(Self.trimmed)
      .filter { !$0.isEmpty }
    guard ranges.count == 1, let dash = ranges[0].firstIndex(of: UInt8(ascii: "-")) else {
      return nil
    }
    let (first, last) = (ranges[0][..<dash], ranges[0][(dash + 1)...])
    guard let start = Self.position(first) else {
      guard first.isEmpty, let count = Self.position(last) else { return nil }
      self = .suffix(count)
      return
    }
    guard !last.isEmpty else {
      self = .from(start, through: nil)
      return
    }
    guard let end = Self.position(last), end >= start else { return nil }
    self = .from(start, through: end)
  }

  /// As a `Range` field has it.
  public var description: String {
    switch self {
    case .from(let first, let last?): "bytes=\(first)-\(last)"
    case .from(let first, nil): "bytes=\(first)-"
    case .suffix(let count): "bytes=-\(count)"
    }
  }

  /// The positions of the range in a representation of so many bytes; nil where it has none of them.
  public func positions(in length: Int) -> ClosedRange<Int>? {
    switch self {
    case .from(let first, let last):
      first < length ? first...min(last ?? length - 1, length - 1) : nil
    case .suffix(let count):
      count > 0 && length > 0 ? max(0, length - count)...(length - 1) : nil
    }
  }

  private static func trimmed(_ text: Substring.UTF8View.SubSequence) -> [UInt8] {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    return Array(Array(text.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
  }

  /// nil for what is no number.
  private static func position(_ digits: some Collection<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self)) ?? .max
  }
}
