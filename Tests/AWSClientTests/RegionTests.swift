import Testing

@testable import AWSClient

struct RegionTests {
  @Test(arguments: ["eu-west-1", "us-gov-west-1", "local", "x", String(repeating: "a", count: 63)])
  func `A label of a host name is a region`(name: String) {
    #expect(Region(name)?.name == name)
  }

  @Test(arguments: [
    "", "-a", "a-", "EU-WEST-1", "eu west", "eu.west", "eu-west-1/", "evil.com/#", "é", "a_b",
    "a\n", "123", String(repeating: "a", count: 64),
  ])
  func `Anything else is none`(name: String) {
    #expect(Region(name) == nil)
  }

  @Test(
    arguments: [
      ("eu-west-1", nil), ("us-gov-west-1", nil), ("eusc-de-east-1", nil),
      ("eu-west-1a", "availability zone; its region is eu-west-1"),
      ("us-gov-west-1b", "availability zone; its region is us-gov-west-1"),
      ("mars", "no region of AWS's"), ("mars-north-9", "no region of AWS's"),
      ("us-east", "no region of AWS's"),
    ] as [(String, String?)])
  func `A name that AWS gives to no region is told from those that it gives`(
    name: String, words: String?
  ) {
    let oddity = Region(name)?.oddity
    #expect(words.map { oddity?.contains($0) == true } ?? (oddity == nil))
  }
}
