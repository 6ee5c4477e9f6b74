import EventLoop
import Testing

@testable import HTTPServer

@Suite struct AnswerPaceTests {
  private static let start = Instant(nanoseconds: 1_000_000_000_000)

  private func at(_ seconds: Int) -> Instant { Self.start + .seconds(seconds) }

  private var pace: AnswerPace { AnswerPace(stall: .seconds(30), rate: 240, now: Self.start) }

  @Test func `who takes nothing has the time of a stall`() {
    #expect(pace.limit == at(30))
  }

  @Test func `what is taken buys the time of another stall, as far as the rate has it`() {
    var pace = pace
    pace.take(23_998, now: at(20))
    #expect(pace.limit == at(50))
    pace.take(1, now: at(45))
    #expect(pace.limit == at(75))
    pace.take(1, now: at(74))
    #expect(pace.limit == at(100))
  }

  @Test func `taking nothing is not taking`() {
    var pace = pace
    pace.take(0, now: at(29))
    #expect(pace.limit == at(30))
  }

  @Test func `time in which nobody waits for the peer is not the peer's`() {
    var pace = pace
    pace.take(24_000, now: at(20))
    pace.endWait(now: at(20))
    pace.beginWait(now: at(1020))
    #expect(pace.limit == at(1050))
    pace.take(1, now: at(1040))
    #expect(pace.limit == at(1070))
    pace.take(1, now: at(1069))
    #expect(pace.limit == at(1099))
  }

  @Test func `from piece to piece slowness adds up`() {
    var pace = pace
    var now = 0
    while now < 1000, pace.limit > at(now + 10) {
      pace.beginWait(now: at(now))
      now += 10
      pace.take(1000, now: at(now))
      pace.endWait(now: at(now))
    }
    // A hundred bytes a second, of 240.
    #expect(now < 60)
  }
}
