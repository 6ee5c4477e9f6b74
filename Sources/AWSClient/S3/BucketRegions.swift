import EventLoop

/// The regions of the buckets that are not in the gateway's own, as S3 has told them, for all workers.
public final class BucketRegions: Sendable {
  private let regions = Lock<[String: Region]>([:])
  private let capacity: Int

  /// - Parameter capacity: How many are remembered at most. Whoever has more buckets elsewhere asks twice
  ///   now and then.
  public init(capacity: Int = 1024) {
    self.capacity = capacity
  }

  subscript(bucket: String) -> Region? {
    regions.withLock { $0[bucket] }
  }

  func record(_ region: Region, of bucket: String) {
    regions.withLock { [capacity] regions in
      if regions.count >= capacity, regions[bucket] == nil, let any = regions.keys.first {
        regions[any] = nil
      }
      regions[bucket] = region
    }
  }
}
