import Testing

@testable import AWSClient

struct RefreshWindowsTests {
  @Test(arguments: [
    // A lifetime, and the seconds before its end at which the windows begin.
    (12 * 3600, 900, 600), (3600, 900, 450), (4800, 900, 600), (900, 225, 112), (8, 2, 1),
    (0, 0, 0),
  ])
  func `Windows are botocore's, and shrink with the lifetime`(
    lifetime: Int, advisory: Int, mandatory: Int
  ) {
    let windows = RefreshWindows(expiration: 10_000 + lifetime, now: 10_000, random: 0)
    #expect(10_000 + lifetime - windows.advisory == advisory)
    #expect(10_000 + lifetime - windows.mandatory == mandatory)
  }

  @Test func `Chance moves the advisory window by a fifth, never behind the mandatory one`() {
    for lifetime in [900, 3600, 43200] {
      let early = RefreshWindows(expiration: lifetime, now: 0, random: 0)
      let late = RefreshWindows(expiration: lifetime, now: 0, random: 1)
      #expect(lifetime - late.advisory == (lifetime - early.advisory) * 4 / 5)
      #expect(late.advisory < late.mandatory)
      #expect(late.mandatory == early.mandatory)
    }
  }
}
