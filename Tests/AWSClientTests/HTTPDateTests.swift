import Testing

@testable import AWSClient

struct HTTPDateTests {
  @Test func `A date is the seconds since 1970`() {
    #expect(secondsSince1970(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(secondsSince1970(httpDate: "Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(secondsSince1970(httpDate: "Fri, 31 Dec 9999 23:59:59 GMT") == 253_402_300_799)
    #expect(secondsSince1970(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800)
  }

  @Test(arguments: [
    "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:-1 GMT", "Sun, 06 Nov 199٤ 08:49:3 GMT",
    "Sun, 06 Nov 1994 084937:: GMT",
  ])
  func `Any other form is none`(text: String) {
    #expect(secondsSince1970(httpDate: text) == nil)
  }
}
