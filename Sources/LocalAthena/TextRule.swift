/// What the model asks of a text.
struct TextRule {
  private let length: ClosedRange<Int>
  private let pattern: Pattern?

  /// - Parameter length: In Unicode scalars.
  init(_ length: ClosedRange<Int>, _ pattern: Pattern? = nil) {
    self.length = length
    self.pattern = pattern
  }

  /// What it breaks, in Athena's words.
  func violations(of text: String) -> [String] {
    let count = text.unicodeScalars.count
    var found: [String] = []
    if count < length.lowerBound {
      found.append("Member must have length greater than or equal to \(length.lowerBound)")
    }
    if count > length.upperBound {
      found.append("Member must have length less than or equal to \(length.upperBound)")
    }
    if let pattern, !pattern.matches(text) {
      found.append("Member must satisfy regular expression pattern: \(pattern.text)")
    }
    return found
  }
}
