import Callers
import EventLoop
import HTTPMessage
import HTTPTypes
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
    switch usage.admit(partition, as: kind, at: now ?? self.now).slot {
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
    #expect(usage.admit(one, as: .request, at: now).remaining == 1)
    #expect(usage.admit(one, as: .wait, at: now).remaining == 0)
    #expect(excess(usage, one) == .rate(10))
    #expect(usage.admit(one, as: .request, at: now).remaining == 0)
    #expect(usage.admit(other, as: .request, at: now).remaining == 1)
    #expect(excess(usage, one, at: now + .milliseconds(100)) == nil)
  }

  @Test func `Without a rate nothing is said of one`() {
    let usage = CallerUsage(CallerLimits())
    #expect(usage.admit(one, as: .request, at: now).remaining == nil)
    #expect(usage.limits.fields(remaining: nil) == [:])
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
        _ = usage.admit(
          .network(Network(of: IPAddress(v4: UInt32(number)), length: 128)), as: .request,
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
