import Callers
import EventLoop
import HTTPMessage
import HTTPTypes
import TestLoops
import Testing

@testable import Gateway

struct CallerUsageTests {
  private let now = Instant(nanoseconds: 1_000_000_000)
  private let one = Partition.caller(Caller(.key, "one"))
  private let other = Partition.caller(Caller(.key, "other"))

  private func excess(
    _ usage: CallerUsage, _ partition: Partition, as kind: Usage.Kind = .request,
    at now: Instant? = nil
  ) -> Usage.Excess? {
    switch usage.admit(partition, as: kind, at: now ?? self.now) {
    case .success: nil
    case .failure(let excess): excess
    }
  }

  @Test func `A caller has so many requests and so many waits, and each ends with its slot`() {
    let usage = CallerUsage(CallerLimits(requests: 2, waits: 1))
    var slots = [
      usage.admit(one, as: .request, at: now), usage.admit(one, as: .request, at: now),
      usage.admit(one, as: .wait, at: now),
    ]
    #expect(excess(usage, one) == .requests(2))
    #expect(excess(usage, one, as: .wait) == .waits(1))
    #expect(excess(usage, other) == nil)
    slots.removeFirst()
    #expect(excess(usage, one) == nil)
    #expect(excess(usage, one, as: .wait) == .waits(1))
    slots.removeLast()
    #expect(excess(usage, one, as: .wait) == nil)
    withExtendedLifetime(slots) {}
  }

  @Test func `A caller has its rate, whatever another one has used up`() {
    let usage = CallerUsage(CallerLimits(rate: 10, burst: 2))
    for (isWithin, remaining) in [(true, 1), (true, 0), (false, 0), (false, 0)] {
      #expect(usage.count(one, at: now)! == (isWithin, remaining))
    }
    #expect(usage.count(other, at: now)! == (true, 1))
    #expect(usage.count(one, at: now + .milliseconds(100))! == (true, 0))
  }

  @Test func `Without a rate nothing is said of one`() {
    let usage = CallerUsage(CallerLimits())
    #expect(usage.count(one, at: now) == nil)
    #expect(usage.limits.fields(remaining: nil) == [:])
  }

  @Test func `A wait that calls takes a request's place, when it is its turn`() async throws {
    let usage = CallerUsage(CallerLimits(requests: 1))
    let (one, now) = (one, now)
    try await onLoop { loop in
      var first: CallerUsage.Slot? = try usage.admit(one, as: .request, at: now).get()
      let waiting = WaitingCalls(usage, of: one)
      let cancelled = LoopTask(on: loop) { await usage.nextPlace(of: one) == nil }
      let turn = LoopTask(on: loop) {
        await waiting.take()
        await waiting.take()
      }
      for _ in 0..<10 { await Task.yield() }
      cancelled.cancel()
      #expect(try await cancelled.value)
      withExtendedLifetime(first) {}
      first = nil
      try await turn.value
      // It has the only place, and no newcomer gets it before it lets go.
      #expect(throws: Usage.Excess.requests(1)) {
        try usage.admit(one, as: .request, at: now).get()
      }
      waiting.letGo()
      #expect(throws: Never.self) { try usage.admit(one, as: .request, at: now).get() }
    }
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
    ("2001:db8::1", "2001:db8::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
  ])
  func `Callers without a name are counted by address, and those of IPv6 by their network`(
    first: String, second: String, isSame: Bool
  ) throws {
    let partitions = try [first, second].map {
      Partition(.anonymous, from: try #require(IPAddress($0) as IPAddress?))
    }
    #expect((partitions[0] == partitions[1]) == isSame)
    let caller = Caller(.key, "k")
    #expect(Partition(caller, from: IPAddress(first)) == Partition(caller, from: nil))
  }

  @Test func `Who is idle is forgotten, and who is not is kept, however many callers come`() {
    let usage = CallerUsage(CallerLimits(rate: 1, burst: 2), capacity: 2000)
    let busy = usage.admit(one, as: .wait, at: now)
    for second in 0..<10 {
      for number in 0..<3000 {
        _ = usage.count(
          .network(Network(of: IPAddress(v4: UInt32(number)), length: 128)),
          at: now + .seconds(10 * second))
        #expect(usage.count <= 2001)
      }
    }
    withExtendedLifetime(busy) {}
    let limited = CallerUsage(CallerLimits(waits: 1), capacity: 10)
    let slots = (0..<5000).map { number in
      limited.admit(
        .network(Network(of: IPAddress(v4: UInt32(number)), length: 128)), as: .wait, at: now)
    }
    #expect(limited.count == 5000)
    #expect(
      excess(limited, .network(Network(of: IPAddress(v4: 0), length: 128)), as: .wait) == .waits(1))
    withExtendedLifetime(slots) {}
  }
}
