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
      text = Array(imfFixdate(secondsSince1970: now).utf8)
    }
    return text
  }
}
