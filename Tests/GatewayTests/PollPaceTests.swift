import Testing

@testable import Gateway

struct PollPaceTests {
  private static func milliseconds(_ count: Int) -> Duration { .milliseconds(count) }

  @Test func `polls begin after 250 ms and come every 5 s at last`() {
    var pace = PollPace()
    var pauses = (0..<20).map { _ in pace.next(random: 0) }
    #expect(pauses.removeFirst() == .milliseconds(250))
    #expect(pauses.first == .milliseconds(375))
    #expect(pauses == pauses.sorted())
    #expect(pauses.last == .seconds(5))
    #expect(pauses.firstIndex(of: .seconds(5))! < 10)
  }

  @Test func `chance makes a pause shorter, by a fifth at most, and the next ones not`() {
    var (early, late) = (PollPace(), PollPace())
    for _ in 0..<20 {
      let (short, long) = (early.next(random: 1), late.next(random: 0))
      #expect(short == long * 0.8)
    }
  }

  @Test func `what is throttled is asked less and less often, and as before once it is not`() {
    var pace = PollPace()
    #expect(pace.next(random: 0) == .milliseconds(250))
    var pauses = (0..<10).map { _ in pace.backOff(random: 0) }
    #expect(pauses.removeFirst() == .seconds(1))
    #expect(pauses.first == .seconds(2))
    #expect(pauses.last == .seconds(20))
    #expect(pace.next(random: 0) == .seconds(5))
  }
}
