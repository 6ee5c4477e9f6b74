import Callers
import EventLoop
import HTTPMessage

/// How many bad credentials have come from where, for all workers.
///
/// From an address that has sent too many no further credentials are looked at, so that guessing, and having
/// signatures verified, is slow; but for those that were good before: whoever shares the address with the
/// guesser, behind a NAT or a proxy that isn't trusted, goes on.
final class FailedAuthentications: Sendable {
  /// At once, and then one every three seconds.
  private static let size = TokenBucket.Size(burst: 20, interval: .seconds(3))
  /// Addresses that are kept at most.
  private static let capacity = 16_384

  private let failures = Lock<[Partition: TokenBucket]>([:])
  /// By hashes with a secret of this process, for which nobody can find other credentials.
  private let good = Lock(RecentlyUsed<Int, Bool>(capacity: 4096))

  /// Whether the credentials are to be looked at.
  ///
  /// - Parameter credentials: The value of `Authorization`.
  func allow(_ credentials: String, from peer: IPAddress?, at now: Instant) -> Bool {
    let partition = Partition(.anonymous, from: peer)
    let isFull = failures.withLock { ($0[partition]?.count(of: Self.size, at: now) ?? 1) == 0 }
    return !isFull || good.withLock { $0[credentials.hashValue] } != nil
  }

  func recordSuccess(of credentials: String) {
    good.withLock { $0.remember(credentials.hashValue, true) }
  }

  func recordFailure(from peer: IPAddress?, at now: Instant) {
    let partition = Partition(.anonymous, from: peer)
    failures.withLock { failures in
      if failures.count >= Self.capacity, failures[partition] == nil {
        failures = failures.filter { $0.value.count(of: Self.size, at: now) < Self.size.burst }
        // So many guessers at a time are one with many addresses, and all of them begin anew.
        if failures.count >= Self.capacity { failures = [:] }
      }
      _ = failures[partition, default: TokenBucket()].take(from: Self.size, at: now)
    }
  }
}
