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

  static func format(_ seconds: time_t) -> [UInt8] {
    var (seconds, parts) = (seconds, tm())
    gmtime_r(&seconds, &parts)
    // strftime would follow the locale; the field's names are English in every one.
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let date = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
    let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    return Array("\(date) \(parts.tm_year + 1900) \(time) GMT".utf8)
  }

  private static func two(_ number: Int32) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
