extension [UInt8] {
  /// Appends a number that is not negative, with zeros before it, cut to its last `digits` digits.
  public mutating func append(decimal number: Int, digits: Int) {
    append(addingCapacity: digits) { text in
      text.append(repeating: UInt8(ascii: "0"), count: digits)
      var written = text.mutableSpan
      var rest = number
      for index in (0..<digits).reversed() {
        written[index] += UInt8(rest % 10)
        rest /= 10
      }
    }
  }

  /// Appends a number with as many digits as it has.
  public mutating func append(decimal number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  private mutating func append(decimal number: UInt) {
    if number >= 10 { append(decimal: number / 10) }
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
