/// A number with a unit as a setting, such as `16KiB` or `500ms`: digits, and no space between.
enum Quantity {
  /// A unit and how much it is; that of a number alone is empty.
  typealias Unit = (name: String, size: Int)

  /// nil for what has another form, or is too large for an Int.
  static func read(_ text: String, _ units: [Unit]) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits),
      let unit = units.first(where: { $0.name == text[digits.endIndex...] })
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.size)
    return overflow ? nil : product
  }

  /// In the largest of the units, which come first, that gives a whole number.
  static func write(_ amount: Int, _ units: [Unit]) -> String {
    let unit = units.first { amount != 0 && amount % $0.size == 0 } ?? units[units.count - 1]
    return "\(amount / unit.size)\(unit.name)"
  }
}
