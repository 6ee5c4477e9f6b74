/// A number as it was written: which numbers fit is for the reader of the document to say, so no
/// digit is lost here (RFC 8259 section 6).
///
/// Two numbers are equal if they are spelled alike: `1.0` is not `1`.
public struct JSONNumber: Sendable, Equatable {
  /// The literal, in the grammar of RFC 8259.
  public let text: String

  /// The caller has checked the grammar.
  init(literal: String) {
    text = literal
  }

  public init(_ value: Int) {
    text = String(value)
  }

  /// The value if it is finite as a `Double`, rounded to the nearest one.
  public var double: Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// The value if it is exactly an `Int`, however it is spelled: `1.0` and `1e2` are integers.
  public var int: Int? {
    Int(text) ?? intFromDecimal
  }

  /// Shifts the decimal point by the exponent instead of going through `Double`, which would
  /// round above 2^53.
  private var intFromDecimal: Int? {
    let parts = text.utf8.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let mantissa = parts[0].drop { $0 == UInt8(ascii: "-") }
    let sides = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1)
    var digits = sides.joined().map { Int($0 - UInt8(ascii: "0")) }

    let length = digits.count
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { return 0 }

    let exponent = parts.count == 2 ? Int(Substring(parts[1])) : 0
    guard let exponent else { return nil }
    let fraction = sides.count == 2 ? sides[1].count : 0
    let (zeros, overflow) = exponent.addingReportingOverflow(length - digits.count - fraction)
    guard !overflow, zeros >= 0 else { return nil }
    return Self.int(digits: digits, zeros: zeros, isNegative: isNegative)
  }

  /// Ends after at most 19 of the zeros, since the digits are not all zero: the rest overflows.
  private static func int(digits: [Int], zeros: Int, isNegative: Bool) -> Int? {
    var value = 0
    func append(_ digit: Int) -> Bool {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      value = sum
      return !overflow && !carry
    }
    for digit in digits {
      guard append(digit) else { return nil }
    }
    for _ in 0..<zeros {
      guard append(0) else { return nil }
    }
    return value
  }
}
