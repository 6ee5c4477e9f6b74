import CivilTime
import Testing

@Suite struct CivilTimeTests {
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
    (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
  ])
  func `a time is written in HTTP's form`(seconds: Int, expected: String) {
    #expect(imfFixdate(secondsSince1970: seconds) == expected)
  }

  @Test(arguments: [
    (0.0, "1970-01-01T00:00:00.000Z"),
    (951_782_399.5, "2000-02-28T23:59:59.500Z"),
    (951_782_400, "2000-02-29T00:00:00.000Z"),
    (1_445_412_480.123, "2015-10-21T07:28:00.123Z"),
    (1_445_412_539.9996, "2015-10-21T07:29:00.000Z"),
    (4_107_542_400, "2100-03-01T00:00:00.000Z"),
    (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    (253_402_300_799.9999, "9999-12-31T23:59:59.000Z"),
    (-1, "1970-01-01T00:00:00.000Z"),
    (1e308, "9999-12-31T23:59:59.000Z"),
  ])
  func `a time is written in RFC 3339's form, to the millisecond`(seconds: Double, text: String) {
    #expect(rfc3339(secondsSince1970: seconds) == text)
  }

  @Test(arguments: [(0, 4), (86_399, 4), (86_400, 5), (784_111_777, 0), (1_445_412_480, 3)])
  func `a moment knows its day of the week`(seconds: Int, day: Int) {
    #expect(CivilTime(secondsSince1970: seconds).dayOfWeek == day)
  }

  @Test func `days are counted without a gap, and every one is a day of the calendar`() {
    var previous = CivilDate(daysSince1970: 0)
    #expect(previous == CivilDate(year: 1970, month: 1, day: 1))
    for day in 1...60_000 {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
      #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
      let isNext =
        date.day == previous.day + 1
        || (date.day == 1 && (date.month == previous.month + 1 || date.month == 1))
      #expect(isNext)
      previous = date
    }
  }

  @Test(arguments: [
    (2100, 2, 29), (2001, 2, 29), (2000, 2, 30), (2020, 4, 31), (2020, 13, 1), (2020, 0, 1),
    (2020, 1, 0),
  ])
  func `no date is made of what the calendar doesn't have`(year: Int, month: Int, day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }
}
