import Testing

@testable import EventLoop

@Suite struct DeadlineQueueTests {
  @Test func `deadlines come due in the order of their instants, whatever was moved or removed`() {
    var generator = SplitMix(state: 7)
    for _ in 0..<50 {
      var queue = DeadlineQueue()
      var fired: [Int] = []
      let log = Log()
      var expected: [Int: Int64] = [:]
      let ids = (0..<60).map { number in queue.insert { log.numbers.append(number) } }
      for _ in 0..<300 {
        let number = Int(generator.next() % 60)
        if generator.next() % 4 == 0 {
          queue.disarm(ids[number])
          expected[number] = nil
        } else {
          let instant = Int64(generator.next() % 1_000_000)
          queue.arm(ids[number], at: Instant(nanoseconds: instant))
          expected[number] = instant
        }
        #expect(queue.next?.nanoseconds == expected.values.min())
      }
      while let action = queue.popDue(at: Instant(nanoseconds: .max)) { action() }
      fired = log.numbers
      #expect(Set(fired) == Set(expected.keys))
      #expect(fired.map { expected[$0]! } == expected.values.sorted())
    }
  }

  @Test func `nothing is due before its instant`() {
    var queue = DeadlineQueue()
    let id = queue.insert {}
    queue.arm(id, at: Instant(nanoseconds: 10))
    #expect(queue.popDue(at: Instant(nanoseconds: 9)) == nil)
    #expect(queue.popDue(at: Instant(nanoseconds: 10)) != nil)
    #expect(queue.popDue(at: Instant(nanoseconds: 11)) == nil)
  }

  @Test func `a removed deadline never fires, and its slot serves the next one`() {
    var queue = DeadlineQueue()
    let log = Log()
    let first = queue.insert { log.numbers.append(1) }
    queue.arm(first, at: Instant(nanoseconds: 1))
    queue.remove(first)
    let second = queue.insert { log.numbers.append(2) }
    queue.arm(second, at: Instant(nanoseconds: 2))
    while let action = queue.popDue(at: Instant(nanoseconds: 5)) { action() }
    #expect(log.numbers == [2])
    #expect(first == second)
  }

  @Test func `a duration of centuries is never, and traps nothing`() {
    for seconds in [9_223_372_036.9, 9_223_372_037, 1e18] {
      #expect(Instant.now + .seconds(seconds) == Instant(nanoseconds: .max))
    }
    #expect(Instant.now + .seconds(Int64.max) == Instant(nanoseconds: .max))
  }
}

private final class Log {
  var numbers: [Int] = []
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
