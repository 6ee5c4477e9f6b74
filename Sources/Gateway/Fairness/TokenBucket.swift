import EventLoop

/// Holds so many tokens and gets one back after each interval, until it is full.
///
/// It keeps nothing but the moment at which it will be full: the generic cell rate algorithm (ITU-T I.371).
struct TokenBucket {
  struct Size: Sendable {
    /// How many tokens there are in a full one.
    let burst: Int
    /// The time after which one comes back, in nanoseconds.
    let interval: Int64

    /// - Parameters:
    ///   - burst: From 1 to 1,000,000.
    ///   - interval: At most an hour.
    init(burst: Int, interval: Duration) {
      self.burst = burst
      self.interval = max(1, (Instant(nanoseconds: 0) + interval).nanoseconds)
    }
  }

  private var full = Instant(nanoseconds: .min)

  /// How many whole tokens there are.
  func count(of size: Size, at now: Instant) -> Int {
    guard full > now else { return size.burst }
    let missing = (full.nanoseconds - now.nanoseconds + size.interval - 1) / size.interval
    return max(0, size.burst - Int(missing))
  }

  /// How long it is until there is one; nil where there is.
  func pause(of size: Size, at now: Instant) -> Duration? {
    let one = full + .nanoseconds(-size.interval * Int64(size.burst - 1))
    return count(of: size, at: now) > 0 ? nil : one - now
  }

  /// Takes one, if there is one.
  mutating func take(from size: Size, at now: Instant) -> Bool {
    guard count(of: size, at: now) > 0 else { return false }
    full = max(full, now) + .nanoseconds(size.interval)
    return true
  }
}
