/// The moment that a time in the form of RFC 3339 (§5.6) names, in whole seconds since 1970: a fraction
/// is cut off. Any offset, `T` in either case or a space (§5.6's note); nil for what is not that form or
/// no moment from 1970 to ``CivilTime/lastSecond``.
public func secondsSince1970(rfc3339 text: String) -> Int? {
  var reader = TimeReader(rest: Array(text.utf8)[...])
  guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
    reader.take("-"), let day = reader.number(2), reader.take("Tt "),
    let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
    reader.take(":"), let second = reader.number(2), reader.skipFraction(),
    let offset = reader.offset(), reader.rest.isEmpty,
    // 60 is a leap second (§5.7); the second after it is the same one here.
    hour < 24, minute < 60, second <= 60,
    let date = CivilDate(year: year, month: month, day: day)
  else { return nil }
  let seconds =
    date.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second - offset
  return (0...CivilTime.lastSecond).contains(seconds) ? seconds : nil
}

/// Takes a time apart from its beginning.
private struct TimeReader {
  var rest: ArraySlice<UInt8>

  /// One of these characters.
  mutating func take(_ characters: StaticString) -> Bool {
    guard let byte = rest.first, characters.description.utf8.contains(byte) else { return false }
    rest.removeFirst()
    return true
  }

  /// Exactly so many digits.
  mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    var number = 0
    for byte in rest.prefix(count) {
      guard Self.isDigit(byte) else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    rest.removeFirst(count)
    return number
  }

  /// A dot and its digits, if there is one; false for a dot without digits.
  mutating func skipFraction() -> Bool {
    guard take(".") else { return true }
    let digits = rest.prefix(while: Self.isDigit).count
    rest.removeFirst(digits)
    return digits > 0
  }

  /// `Z`, or hours and minutes; in seconds to the east.
  mutating func offset() -> Int? {
    if take("Zz") { return 0 }
    let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
    guard take("+-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
      minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
