import CivilTime
import Glibc

/// The `Date` field's value (RFC 9110 §5.6.7), formatted once a second.
struct HTTPDate {
  private var second: time_t = 0
  private var text: [UInt8] = []

  /// The present time, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
  mutating func current() -> [UInt8] {
    let now = time(nil)
    if now != second {
      second = now
      text = Self.format(now)
    }
    return text
  }

  static func format(_ seconds: Int) -> [UInt8] {
    let time = CivilTime(secondsSince1970: seconds)
    var text = Array("\(days[time.dayOfWeek]), ".utf8)
    text.append(decimal: time.date.day, digits: 2)
    text.append(contentsOf: " \(months[time.date.month - 1]) ".utf8)
    text.append(decimal: time.date.year, digits: 4)
    for (separator, part) in [(" ", time.hour), (":", time.minute), (":", time.second)] {
      text.append(contentsOf: separator.utf8)
      text.append(decimal: part, digits: 2)
    }
    text.append(contentsOf: " GMT".utf8)
    return text
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
