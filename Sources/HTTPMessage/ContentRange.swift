/// What part of a representation a content is: a `Content-Range` field (RFC 9110 §14.4).
public struct ContentRange: Sendable, Equatable, CustomStringConvertible {
  /// The first and the last position; nil in the answer to a range that the representation doesn't have.
  public let positions: ClosedRange<Int>?
  /// The bytes of the whole.
  public let length: Int

  /// - Parameter positions: Within `length`.
  public init(_ positions: ClosedRange<Int>?, of length: Int) {
    self.positions = positions
    self.length = length
  }

  /// Reads the field; nil for another unit, an unknown length and what contradicts itself.
  public init?(field: String) {
    let words = field.utf8.split(
      separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, String(Substring(words[0])).lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Self.number(parts[1]) else { return nil }
    if parts[0].elementsEqual("*".utf8) {
      self.init(nil, of: length)
      return
    }
    let ends = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]),
      first <= last, last < length
    else { return nil }
    self.init(first...last, of: length)
  }

  public var description: String {
    let part = positions.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "*"
    return "bytes \(part)/\(length)"
  }

  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(Substring(digits))
  }
}
