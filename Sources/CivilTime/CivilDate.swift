/// A day of the Gregorian calendar, from 1970 on.
///
/// Years are counted from 1 March, so that the leap day is the last one of its year, in eras of 400
/// years, after which the calendar repeats: Howard Hinnant's "chrono-Compatible Low-Level Date
/// Algorithms".
public struct CivilDate: Equatable, Sendable {
  public let year: Int
  /// From 1 to 12.
  public let month: Int
  /// From 1 to 31.
  public let day: Int

  /// The days in 400 years.
  private static let daysPerEra = 146_097

  /// The days from 0000-03-01 to 1970-01-01.
  private static let epoch = 719_468

  public init(daysSince1970 days: Int) {
    let (era, dayOfEra) = (days + Self.epoch).quotientAndRemainder(dividingBy: Self.daysPerEra)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // 153 days are five months from March on: 31, 30, 31, 30, 31.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// `nil` if the calendar has no such day.
  public init?(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
    guard (1...12).contains(month), (1...31).contains(day),
      // 30 February, counted on, is 1 or 2 March: a day that does not come back is none.
      CivilDate(daysSince1970: daysSince1970) == self
    else { return nil }
  }

  public var daysSince1970: Int {
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysPerEra + dayOfEra - Self.epoch
  }
}
