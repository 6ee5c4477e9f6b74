import CivilTime

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7); nil for any other form, two of which are
/// obsolete.
func secondsSince1970(httpDate text: String) -> Int? {
  let parts = text.split(separator: " ", omittingEmptySubsequences: false)
  guard text.utf8.count == 29, parts.count == 6, parts[0].last == ",", parts[5] == "GMT",
    let day = number(parts[1], digits: 2), let month = months.firstIndex(of: String(parts[2])),
    let year = number(parts[3], digits: 4), year >= 1970,
    let date = CivilDate(year: year, month: month + 1, day: day)
  else { return nil }
  let time = parts[4].split(separator: ":", omittingEmptySubsequences: false)
  guard time.count == 3, let hour = number(time[0], digits: 2), hour < 24,
    let minute = number(time[1], digits: 2), minute < 60,
    // A leap second is a second more.
    let second = number(time[2], digits: 2), second <= 60
  else { return nil }
  return date.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second
}

private let months = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

private func number(_ text: Substring, digits: Int) -> Int? {
  guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
    return nil
  }
  return Int(text)
}
