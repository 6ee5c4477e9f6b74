import Glibc

/// The bytes that HTTP's grammar names.
extension UInt8 {
  @inlinable package static var tab: UInt8 { UInt8(ascii: "\t") }
  @inlinable package static var lf: UInt8 { UInt8(ascii: "\n") }
  @inlinable package static var cr: UInt8 { UInt8(ascii: "\r") }
  @inlinable package static var space: UInt8 { UInt8(ascii: " ") }

  /// VCHAR (RFC 5234 B.1).
  @inlinable package var isVisible: Bool { (0x21...0x7E).contains(self) }

  @inlinable package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// The value of a hexadecimal digit.
  package var hexDigit: Int? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self) - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self) - 0x57
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self) - 0x37
    default: nil
    }
  }

  /// field-vchar, SP or HTAB (RFC 9110 §5.5): what a field value may hold.
  @inlinable package var isFieldContent: Bool {
    self >= 0x20 && self != 0x7F || self == .tab
  }
}

extension Span<UInt8> {
  /// A copy of a part.
  package func copy(_ range: Range<Int>) -> [UInt8] {
    // The one empty array of the process, which the initializer below would write its count to.
    guard !range.isEmpty else { return [] }
    return unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      unsafe extracting(range).withUnsafeBufferPointer {
        _ = unsafe buffer.initialize(from: $0)
      }
      count = range.count
    }
  }

  /// A part as text; the caller has seen that it is ASCII.
  package func text(_ range: Range<Int>) -> String {
    unsafe extracting(range).withUnsafeBufferPointer {
      unsafe String(decoding: $0, as: UTF8.self)
    }
  }

  /// The range without the spaces and tabs at its ends (OWS, RFC 9110 §5.6.3).
  package func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, self[low] == .space || self[low] == .tab { low += 1 }
    while high > low, self[high - 1] == .space || self[high - 1] == .tab { high -= 1 }
    return low..<high
  }

  /// Whether a part is this lower-case ASCII text, without regard to case.
  package func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      for offset in 0..<range.count {
        guard unsafe self[range.lowerBound + offset].asciiLowercased == wanted[offset] else {
          return false
        }
      }
      return true
    }
  }

  /// The number that a part is, in decimal digits; nil for anything else, and for more than there is room for.
  package func decimal(_ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    var number = 0
    for position in range {
      guard self[position].isDigit else { return nil }
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(self[position] - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      number = sum
    }
    return number
  }

  /// Where a byte is first found in a range.
  package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    unsafe extracting(range).withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress,
        let found = unsafe memchr(start, Int32(byte), bytes.count)
      else { return nil }
      return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
    }
  }
}

extension [UInt8] {
  /// Appends a part of a span in one copy.
  package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
