public import JSON

extension Shape {
  /// How a value of the right type breaks a constraint, as the rest of a sentence about it; nil where it
  /// breaks none.
  public func fault(in value: JSONValue) -> String? {
    switch (self, value) {
    case (.string(let length, let pattern), .string(let text)):
      if let length, let fault = Self.fault(in: text, of: length) { return fault }
      if let pattern, !pattern.matches(text) { return "must match \(pattern.text)" }
      return nil
    case (.integer(let range?), .number(let number)):
      guard let int = number.int, !range.contains(int) else { return nil }
      return range.count == 1
        ? "must be \(range.lowerBound), not \(int)"
        : "must be from \(range.lowerBound) to \(range.upperBound), not \(int)"
    default: return nil
    }
  }

  private static func fault(in text: String, of length: ClosedRange<Int>) -> String? {
    let count = text.unicodeScalars.count
    if length.contains(count) { return nil }
    let bounds =
      length.lowerBound == 0
      ? "at most \(length.upperBound)" : "\(length.lowerBound) to \(length.upperBound)"
    return "must have \(bounds) characters, not \(count)"
  }
}
