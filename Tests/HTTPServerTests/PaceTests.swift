import EventLoop
import Testing

@testable import HTTPServer

@Suite struct PaceTests {
  static let cases: [(count: Int, seconds: Int)] = [
    (0, 5), (1, 5), (1200, 5), (1440, 6), (24_000, 100),
  ]

  @Test(arguments: cases)
  func `a time of grace is everybody's, and what has come buys more`(count: Int, seconds: Int) {
    let begin = Instant(nanoseconds: 7)
    let pace = Pace(begin: begin, grace: .seconds(5), rate: 240)
    #expect(pace.limit(after: count) == begin + .seconds(seconds))
  }

  @Test func `a rate of 0 asks for nothing`() {
    let pace = Pace(begin: .now, grace: .seconds(5), rate: 0)
    #expect(pace.limit(after: 0) == .never)
  }
}
