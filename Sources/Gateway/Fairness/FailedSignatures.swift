import Callers
import Cryptography
import EventLoop
import HTTPMessage

/// How many tokens with bad signatures have come from where, for all workers.
///
/// From an address that has sent too many no new ones are verified, so that having the gateway work for nothing
/// is slow; but those that were good before are: whoever shares the address with the other, behind a NAT or a
/// proxy that isn't trusted, goes on.
final class FailedSignatures: Sendable {
  /// At once, and then one every three seconds.
  private static let size = TokenBucket.Size(burst: 20, interval: .seconds(3))
  /// Addresses that are kept at most.
  private static let capacity = 16_384

  private let failures = Lock<[Partition: TokenBucket]>([:])
  private let good = Lock(RecentlyUsed<Int, Bool>(capacity: 4096))

  /// For how long the token is not to be looked at; nil where it is.
  func pause(of token: Digest, from peer: IPAddress?, at now: Instant) -> Duration? {
    let partition = Partition(.anonymous, from: peer)
    guard let pause = failures.withLock({ $0[partition]?.pause(of: Self.size, at: now) })
    else { return nil }
    let hash = token.hashValue
    return good.withLock { $0[hash] } == nil ? pause : nil
  }

  func note(_ token: Digest, isGood: Bool, from peer: IPAddress?, at now: Instant) {
    if isGood {
      let hash = token.hashValue
      return good.withLock { $0.remember(hash, true) }
    }
    let partition = Partition(.anonymous, from: peer)
    failures.withLock { failures in
      if failures.count >= Self.capacity, failures[partition] == nil {
        failures = failures.filter { $0.value.count(of: Self.size, at: now) < Self.size.burst }
        // So many senders at a time are one with many addresses, and all of them begin anew. Not only once none
        // can be left out: or each one more would cost a look at all.
        if failures.count >= Self.capacity / 2 { failures = [:] }
      }
      _ = failures[partition, default: TokenBucket()].take(from: Self.size, at: now)
    }
  }
}
