import EventLoop

/// What one caller has of the gateway at the moment.
struct Usage {
  /// What a request counts as.
  enum Kind {
    case request
    /// One that may last for minutes, and does nothing meanwhile.
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

  /// Whether a request is under way.
  var isBusy: Bool { requests + waits > 0 }

  /// Whether nothing is known of it that a new caller's would not say too.
  func isForgettable(_ size: TokenBucket.Size?, at now: Instant) -> Bool {
    !isBusy && size.map { bucket.count(of: $0, at: now) == $0.burst } ?? true
  }

  /// Takes a place, and a token of the rate; and tells how many are left. A request that finds no place still
  /// takes the token: asking again and again is what the rate limits.
  mutating func admitted(
    _ kind: Kind, _ limits: CallerLimits, _ size: TokenBucket.Size?, at now: Instant
  ) -> (Result<Void, Excess>, remaining: Int?) {
    if let size, let rate = limits.rate, !bucket.take(from: size, at: now) {
      return (.failure(.rate(rate)), 0)
    }
    return (takePlace(kind, limits), size.map { bucket.count(of: $0, at: now) })
  }

  private mutating func takePlace(_ kind: Kind, _ limits: CallerLimits) -> Result<Void, Excess> {
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

  mutating func leave(_ kind: Kind) {
    switch kind {
    case .request: requests -= 1
    case .wait: waits -= 1
    }
  }
}
