/// A moment in UTC, in parts: years 1970 to 9999.
public struct CivilTime: Equatable, Sendable {
  public let date: CivilDate
  public let hour: Int
  public let minute: Int
  public let second: Int
  /// From 0 (Sunday) to 6.
  public let dayOfWeek: Int

  /// 9999-12-31T23:59:59Z: a year has four digits.
  public static let lastSecond = 253_402_300_799

  /// The moment that many seconds after 1970 began; the nearest one that can be written, if it can't.
  public init(secondsSince1970 seconds: Int) {
    let seconds = min(max(seconds, 0), Self.lastSecond)
    let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86400)
    date = CivilDate(daysSince1970: day)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    // 1970-01-01 was a Thursday.
    dayOfWeek = (day + 4) % 7
  }
}
