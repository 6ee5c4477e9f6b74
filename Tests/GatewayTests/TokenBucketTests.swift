import EventLoop
import Testing

@testable import Gateway

struct TokenBucketTests {
  private func at(milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func `A full bucket gives its burst at once, and then one token an interval`() {
    let size = TokenBucket.Size(burst: 3, interval: .milliseconds(100))
    var bucket = TokenBucket()
    var taken: [Int64] = []
    for millisecond in Int64(0)...350
    where bucket.take(from: size, at: at(milliseconds: millisecond)) {
      taken.append(millisecond)
    }
    #expect(taken == [0, 1, 2, 100, 200, 300])
  }

  @Test func `It fills up while nobody takes, and no further`() {
    let size = TokenBucket.Size(burst: 3, interval: .milliseconds(100))
    var bucket = TokenBucket()
    for _ in 0..<3 { _ = bucket.take(from: size, at: at(milliseconds: 0)) }
    let counts = [0, 99, 100, 250, 299, 300, 1_000_000].map { [bucket] in
      bucket.count(of: size, at: at(milliseconds: $0))
    }
    #expect(counts == [0, 0, 1, 2, 2, 3, 3])
  }

  @Test(arguments: [1, 3, 7, 1000, 1_000_000])
  func `In the long run it gives its rate`(rate: Int) {
    let size = TokenBucket.Size(burst: 2, interval: .seconds(1) / rate)
    var bucket = TokenBucket()
    var taken = 0
    let step = Int64(1_000_000_000 / (4 * rate))
    for tick in 0..<Int64(40 * 4)
    where bucket.take(from: size, at: Instant(nanoseconds: tick * step)) {
      taken += 1
    }
    #expect((40...42).contains(taken))
  }

  @Test func `A clock of another worker that is a little behind gives nothing away`() {
    let size = TokenBucket.Size(burst: 1, interval: .seconds(1))
    var bucket = TokenBucket()
    var taken: [Bool] = []
    for millisecond in [10, 0, 1009, 1010] as [Int64] {
      taken.append(bucket.take(from: size, at: at(milliseconds: millisecond)))
    }
    #expect(taken == [true, false, false, true])
  }
}
