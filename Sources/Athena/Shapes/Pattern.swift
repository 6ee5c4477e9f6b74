/// A pattern of Athena's model, which a whole text matches: as an expression, for messages and for the
/// contract, and as a function.
///
/// A function, since an expression is compiled anew for each text, of which a content can have very many.
public struct Pattern: Sendable {
  /// In what the regular expressions of ECMA-262, Python and Swift have in common.
  public let text: String
  private let read: @Sendable (inout PatternReader) -> Bool

  init(_ text: String, _ read: @escaping @Sendable (inout PatternReader) -> Bool) {
    self.text = text
    self.read = read
  }

  func matches(_ text: String) -> Bool {
    var reader = PatternReader(rest: text.unicodeScalars[...])
    return read(&reader) && reader.rest.isEmpty
  }
}

extension Pattern: Equatable {
  public static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }
}

/// Takes a text apart from its beginning.
struct PatternReader {
  typealias Scalar = Unicode.Scalar

  var rest: Substring.UnicodeScalarView

  /// Takes that text, if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest.removeFirst(text.unicodeScalars.count)
    return true
  }

  /// Takes as many scalars as are one of a kind, and tells whether they are enough and not too many.
  mutating func take(
    _ count: some RangeExpression<Int>, _ isOne: (Scalar) -> Bool
  ) -> Bool {
    let taken = rest.prefix(while: isOne)
    rest = rest[taken.endIndex...]
    return count.contains(taken.count)
  }

  static func isDigit(_ scalar: Scalar) -> Bool { ("0"..."9").contains(scalar) }

  static func isLower(_ scalar: Scalar) -> Bool { ("a"..."z").contains(scalar) }

  static func isLetterOrDigit(_ scalar: Scalar) -> Bool {
    isDigit(scalar) || isLower(scalar) || ("A"..."Z").contains(scalar)
  }

  /// What the last part of an ARN has.
  static func isOfName(_ scalar: Scalar) -> Bool {
    isLetterOrDigit(scalar) || "_+=,.@-/".unicodeScalars.contains(scalar)
  }
}
