import SigV4
import Testing

@Suite struct SigningTimeTests {
  @Test(arguments: [
    (0, "19700101T000000Z"),
    (59, "19700101T000059Z"),
    (86_399, "19700101T235959Z"),
    (86_400, "19700102T000000Z"),
    (5_097_599, "19700228T235959Z"),
    (5_097_600, "19700301T000000Z"),
    (68_169_600, "19720229T000000Z"),
    (951_782_400, "20000229T000000Z"),
    (951_868_800, "20000301T000000Z"),
    (978_220_800, "20001231T000000Z"),
    (1_440_938_160, "20150830T123600Z"),
    (1_709_208_000, "20240229T120000Z"),
    (4_107_542_399, "21000228T235959Z"),
    (4_107_542_400, "21000301T000000Z"),
    (253_402_300_799, "99991231T235959Z"),
  ])
  func `writes and reads`(seconds: Int, dateTime: String) {
    let time = SigningTime(secondsSince1970: seconds)
    #expect(time.dateTime == dateTime)
    #expect(time.date == dateTime.prefix(8))
    #expect(SigningTime(dateTime: dateTime) == time)
    #expect(SigningTime(dateTime: dateTime)?.secondsSince1970 == seconds)
  }

  @Test func `counts every day there is, once`() {
    var seconds = 0
    for year in 1970...9999 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      seconds += (isLeap ? 366 : 365) * 86_400
      // The last second of each year, and its 60th day.
      #expect(SigningTime(secondsSince1970: seconds - 1).dateTime == "\(year)1231T235959Z")
      let sixtieth = seconds - (isLeap ? 307 : 306) * 86_400
      #expect(
        SigningTime(secondsSince1970: sixtieth).date == (isLeap ? "\(year)0229" : "\(year)0301"))
    }
  }

  @Test(arguments: [
    (-1, "19700101T000000Z"), (Int.min, "19700101T000000Z"),
    (253_402_300_800, "99991231T235959Z"), (Int.max, "99991231T235959Z"),
  ])
  func `keeps to what can be written`(seconds: Int, dateTime: String) {
    #expect(SigningTime(secondsSince1970: seconds).dateTime == dateTime)
  }

  @Test(arguments: [
    "", "20150830", "20150830T123600", "20150830T123600Z ", " 20150830T123600Z",
    "20150830t123600Z", "20150830T123600z", "2015-08-30T12:36:00Z", "20150830T123600+",
    "+2150830T123600Z", "2015083OT123600Z", "20150830T-23600Z",
    "19691231T235959Z", "00000101T000000Z",
    "20150030T123600Z", "20151330T123600Z", "20150800T123600Z", "20150832T123600Z",
    "20150431T000000Z", "20150229T000000Z", "20240230T000000Z", "21000229T000000Z",
    "20150830T240000Z", "20150830T236000Z", "20150830T235960Z",
    "２０１５0830T123600Z", "20150830T12360é",
  ])
  func `refuses any other form and days that are not`(text: String) {
    #expect(SigningTime(dateTime: text) == nil)
  }
}
