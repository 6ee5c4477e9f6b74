import EventLoop
import HTTPMessage

/// What callers have of the gateway at the moment, for all workers.
final class CallerUsage: Sendable {
  /// A request's place among those of its caller; given back at its end.
  final class Slot {
    private let usage: CallerUsage
    private let partition: Partition
    private let kind: Usage.Kind

    fileprivate init(of usage: CallerUsage, _ partition: Partition, _ kind: Usage.Kind) {
      (self.usage, self.partition, self.kind) = (usage, partition, kind)
    }

    deinit { usage.leave(partition, kind) }
  }

  private struct Table {
    var usages: [Partition: Usage] = [:]
    /// The number of callers at which it is time to forget some.
    var limit = 1024

    /// Forgets who has nothing under way, and makes the next look worth its while.
    mutating func forget(_ size: TokenBucket.Size?, _ capacity: Int, at now: Instant) {
      usages = usages.filter { !$0.value.isForgettable(size, at: now) }
      if usages.count >= capacity { usages = usages.filter { $0.value.isBusy } }
      let double = 2 * usages.count
      limit = max(1024, usages.count < capacity ? min(double, capacity) : double)
    }
  }

  let limits: CallerLimits
  private let bucket: TokenBucket.Size?
  private let capacity: Int
  private let table = Lock(Table())

  /// - Parameter capacity: How many callers are kept that have nothing under way. Beyond it even those are
  ///   forgotten that have used up some of their rate.
  init(_ limits: CallerLimits, capacity: Int = 65_536) {
    self.limits = limits
    self.capacity = capacity
    bucket = limits.bucket
  }

  /// How many callers are known.
  var count: Int { table.withLock { $0.usages.count } }

  /// Lets a request in, or says over which limit it is; and what is left of the rate, where that is limited.
  func admit(
    _ partition: Partition, as kind: Usage.Kind, at now: Instant
  ) -> (slot: Result<Slot, Usage.Excess>, remaining: Int?) {
    let (result, remaining) = table.withLock { [limits, bucket, capacity] table in
      if table.usages.count >= table.limit { table.forget(bucket, capacity, at: now) }
      return table.usages[partition, default: Usage()].admitted(kind, limits, bucket, at: now)
    }
    return (result.map { Slot(of: self, partition, kind) }, remaining)
  }

  private func leave(_ partition: Partition, _ kind: Usage.Kind) {
    table.withLock { $0.usages[partition]?.leave(kind) }
  }
}
