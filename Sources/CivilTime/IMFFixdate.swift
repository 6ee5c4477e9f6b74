/// The form of times in HTTP's fields (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// - Parameter seconds: Since 1970, from 0 to ``CivilTime/lastSecond``; others are taken to the nearest.
public func imfFixdate(secondsSince1970 seconds: Int) -> String {
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
  return String(decoding: text, as: UTF8.self)
}

private let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
