import EventLoop

/// What one caller has of the gateway at the moment.
struct Usage {
  /// What a request counts as.
  enum Kind {
    case request
    /// One that may last for minutes, and does nothing meanwhile. While it calls AWS it has a request's place
    /// besides.
    case wait
  }

  /// Which limit a request is over.
  enum Excess: Error, Equatable {
    case rate(Int)
    case requests(Int)
    case waits(Int)

    var problem: Problem {
      switch self {
      case .rate(let limit):
        Problem(
          .tooManyRequests, "these are more requests than a caller may send: \(limit) a second")
      case .requests(let limit):
        Problem(
          .tooManyRequests,
          "the caller has as many requests under way as it may: \(limit); let one end")
      case .waits(let limit):
        Problem(
          .tooManyRequests,
          "the caller has as many requests waiting or following events as it may: \(limit); let one end"
        )
      }
    }
  }

  private var bucket = TokenBucket()
  private var requests = 0
  private var waits = 0
  /// Those who wait for a request's place.
  private var turns: [SharedOutcome<Void>] = []

  /// Whether a request is under way.
  var isBusy: Bool { requests + waits > 0 }

  /// Whether nothing is known of it that a new caller's would not say too.
  func isForgettable(_ size: TokenBucket.Size?, at now: Instant) -> Bool {
    !isBusy && size.map { bucket.count(of: $0, at: now) == $0.burst } ?? true
  }

  /// Takes a token of the rate, and tells how many are left.
  mutating func count(
    _ size: TokenBucket.Size, at now: Instant
  ) -> (isWithin: Bool, remaining: Int) {
    (bucket.take(from: size, at: now), bucket.count(of: size, at: now))
  }

  mutating func takePlace(_ kind: Kind, _ limits: CallerLimits) -> Result<Void, Excess> {
    switch kind {
    case .request:
      guard requests < limits.requests else { return .failure(.requests(limits.requests)) }
      requests += 1
    case .wait:
      guard waits < limits.waits else { return .failure(.waits(limits.waits)) }
      waits += 1
    }
    return .success(())
  }

  /// Takes a request's place, or the turn for the next one.
  ///
  /// - Returns: Whether it has to be waited for.
  mutating func queue(_ turn: SharedOutcome<Void>, _ limits: CallerLimits) -> Bool {
    if case .success = takePlace(.request, limits) { return false }
    turns.append(turn)
    return true
  }

  /// Gives a turn up; false where it has come already.
  mutating func leaveQueue(_ turn: SharedOutcome<Void>) -> Bool {
    guard let index = turns.firstIndex(where: { $0 === turn }) else { return false }
    turns.remove(at: index)
    return true
  }

  /// Returns whose turn it is then: the place is his already.
  mutating func leave(_ kind: Kind) -> SharedOutcome<Void>? {
    switch kind {
    case .request where !turns.isEmpty: return turns.removeFirst()
    case .request: requests -= 1
    case .wait: waits -= 1
    }
    return nil
  }
}
