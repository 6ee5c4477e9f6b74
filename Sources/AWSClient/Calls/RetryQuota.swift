import Synchronization

/// What all retries of the process may cost: while AWS is down each call fails at once instead of
/// multiplying the load (botocore's RetryQuota).
public final class RetryQuota: Sendable {
  static let capacity = 500
  /// What a call that needs no retry gives back.
  private static let success = 1

  private let available = Atomic(capacity)

  public init() {}

  /// False, and nothing taken, where not so much is left.
  func take(_ cost: Int) -> Bool {
    var left = available.load(ordering: .relaxed)
    while left >= cost {
      let result = available.weakCompareExchange(
        expected: left, desired: left - cost, ordering: .relaxed)
      if result.exchanged { return true }
      left = result.original
    }
    return false
  }

  /// A call has succeeded: what its last retry has cost comes back.
  ///
  /// - Parameter cost: nil where it needed none.
  func giveBack(_ cost: Int?) {
    var left = available.load(ordering: .relaxed)
    while left < Self.capacity {
      let more = min(Self.capacity, left + (cost ?? Self.success))
      let result = available.weakCompareExchange(
        expected: left, desired: more, ordering: .relaxed)
      if result.exchanged { return }
      left = result.original
    }
  }

  /// What is left of the capacity.
  var left: Int { available.load(ordering: .relaxed) }
}
