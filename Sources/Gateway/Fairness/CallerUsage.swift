import EventLoop
import HTTPMessage

/// What callers have of the gateway at the moment, for all workers.
final class CallerUsage: Sendable {
  /// A place among those of a caller; given back at its end.
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

    /// Forgets who has nothing under way, where there are many, and makes the next look worth its while.
    mutating func makeRoom(_ size: TokenBucket.Size?, _ capacity: Int, at now: Instant) {
      guard usages.count >= limit else { return }
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

  /// Counts a request for the rate.
  ///
  /// - Returns: Whether it is within that, and what is left of it; nil without one.
  func count(_ partition: Partition, at now: Instant) -> (isWithin: Bool, remaining: Int)? {
    guard let bucket else { return nil }
    return table.withLock { [capacity] table in
      table.makeRoom(bucket, capacity, at: now)
      return table.usages[partition, default: Usage()].count(bucket, at: now)
    }
  }

  /// Lets a request in, or says over which limit it is.
  func admit(
    _ partition: Partition, as kind: Usage.Kind, at now: Instant
  ) -> Result<Slot, Usage.Excess> {
    table.withLock { [limits, bucket, capacity] table in
      table.makeRoom(bucket, capacity, at: now)
      return table.usages[partition, default: Usage()].takePlace(kind, limits)
    }.map { Slot(of: self, partition, kind) }
  }

  /// Takes a place among the caller's requests as soon as there is one.
  ///
  /// - Returns: nil where the task is cancelled before.
  func nextPlace(of partition: Partition) async -> Slot? {
    let turn = SharedOutcome<Void>()
    let mustWait = table.withLock { [limits] table in
      table.usages[partition, default: Usage()].queue(turn, limits)
    }
    if mustWait, await turn.wait() == nil,
      table.withLock({ $0.usages[partition]?.leaveQueue(turn) ?? false })
    {
      return nil
    }
    return Slot(of: self, partition, .request)
  }

  private func leave(_ partition: Partition, _ kind: Usage.Kind) {
    table.withLock { table in
      // In its place: to take it out and put it back asks malloc three times.
      table.usages.index(forKey: partition).flatMap { table.usages.values[$0].leave(kind) }
    }?.set(())
  }
}
