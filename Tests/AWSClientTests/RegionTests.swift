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
}
