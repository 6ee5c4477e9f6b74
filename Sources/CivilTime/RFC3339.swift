/// The form of times in JSON (RFC 3339 §5.6): UTC, with milliseconds: `2026-11-22T08:15:53.120Z`.
///
/// - Parameter seconds: Since 1970, from 0 to ``CivilTime/lastSecond``; others are taken to the nearest.
public func rfc3339(secondsSince1970 seconds: Double) -> String {
  let bounded = min(max(seconds, 0), Double(CivilTime.lastSecond))
  // Rounded as a whole, so that 59.9996 s is the next minute and not 59.1000.
  let milliseconds = Int(bounded * 1000 + 0.5)
  let time = CivilTime(secondsSince1970: milliseconds / 1000)
  var text: [UInt8] = []
  text.reserveCapacity(24)
  text.append(decimal: time.date.year, digits: 4)
  text.append(UInt8(ascii: "-"))
  text.append(decimal: time.date.month, digits: 2)
  text.append(UInt8(ascii: "-"))
  text.append(decimal: time.date.day, digits: 2)
  text.append(UInt8(ascii: "T"))
  text.append(decimal: time.hour, digits: 2)
  text.append(UInt8(ascii: ":"))
  text.append(decimal: time.minute, digits: 2)
  text.append(UInt8(ascii: ":"))
  text.append(decimal: time.second, digits: 2)
  text.append(UInt8(ascii: "."))
  text.append(decimal: milliseconds % 1000, digits: 3)
  text.append(UInt8(ascii: "Z"))
  return String(decoding: text, as: UTF8.self)
}
