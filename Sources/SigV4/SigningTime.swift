import CivilTime

/// A moment in the two forms that SigV4 writes it in, UTC, to the second: years 1970 to 9999.
///
/// The text is made once, here: keep the value for as long as its second lasts.
public struct SigningTime: Sendable, Hashable {
  /// Whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
  public let secondsSince1970: Int

  /// The day, as in the credential scope: `20150830`.
  public let date: String

  /// Day and time, as in `X-Amz-Date`: `20150830T123600Z`.
  public let dateTime: String

  /// The moment that many seconds after 1970 began; the nearest one that can be written, if it
  /// can't.
  public init(secondsSince1970 seconds: Int) {
    let seconds = min(max(seconds, 0), CivilTime.lastSecond)
    let civil = CivilTime(secondsSince1970: seconds)
    var text: [UInt8] = []
    text.reserveCapacity(16)
    text.append(decimal: civil.date.year, digits: 4)
    text.append(decimal: civil.date.month, digits: 2)
    text.append(decimal: civil.date.day, digits: 2)
    date = String(decoding: text, as: UTF8.self)
    text.append(UInt8(ascii: "T"))
    text.append(decimal: civil.hour, digits: 2)
    text.append(decimal: civil.minute, digits: 2)
    text.append(decimal: civil.second, digits: 2)
    text.append(UInt8(ascii: "Z"))
    dateTime = String(decoding: text, as: UTF8.self)
    secondsSince1970 = seconds
  }

  /// Reads `20150830T123600Z`: exactly that form, a day of the calendar, and no leap second;
  /// otherwise `nil`.
  public init?(dateTime text: String) {
    let text = Array(text.utf8)
    guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z"),
      let year = Int(decimal: text[0..<4]), let month = Int(decimal: text[4..<6]),
      let day = Int(decimal: text[6..<8]), let hour = Int(decimal: text[9..<11]),
      let minute = Int(decimal: text[11..<13]), let second = Int(decimal: text[13..<15]),
      year >= 1970, hour < 24, minute < 60, second < 60,
      let civil = CivilDate(year: year, month: month, day: day)
    else { return nil }
    self.init(secondsSince1970: civil.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second)
  }
}

extension Int {
  /// The number that a few digits stand for; `nil` if one of them is not a digit.
  fileprivate init?(decimal digits: ArraySlice<UInt8>) {
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    self = number
  }
}
