/// What a `Range` field means for content of some size (RFC 9110 §14.2).
///
/// S3 serves single ranges. Several, or what is no range of bytes, it ignores as if the field were not there.
enum ByteRange: Equatable {
  case whole
  case part(Range<Int>)
  case unsatisfiable

  /// - Parameters:
  ///   - field: The field's value; nil without one.
  ///   - size: Of the content, in bytes.
  init(_ field: String?, size: Int) {
    guard let field, let bounds = Self.bounds(field) else {
      self = .whole
      return
    }
    switch bounds {
    case (nil, let length?): self = Self.part(max(0, size - length), size, of: size)
    case (let first?, let last?): self = Self.part(first, min(last, size - 1) + 1, of: size)
    case (let first?, nil): self = Self.part(first, size, of: size)
    case (nil, nil): self = .whole
    }
  }

  private static func part(_ start: Int, _ end: Int, of size: Int) -> ByteRange {
    start < end ? .part(start..<end) : .unsatisfiable
  }

  /// The two numbers of `bytes=1-2`, one of which may be left out; nil for every other form.
  private static func bounds(_ field: String) -> (first: Int?, last: Int?)? {
    let sides = field.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].lowercased() == "bytes" else { return nil }
    let numbers = sides[1].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2,
      numbers.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    // Digits that are no Int are more than any content has.
    let bounds = numbers.map { $0.isEmpty ? nil : Int($0) ?? .max - 1 }
    if let first = bounds[0], let last = bounds[1], first > last { return nil }
    return (bounds[0], bounds[1])
  }
}
