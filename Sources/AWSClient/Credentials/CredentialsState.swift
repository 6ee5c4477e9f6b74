import EventLoop
import SigV4

/// What a store knows, and what it has to do next. Every look at it is one step under the store's lock.
struct CredentialsState {
  typealias Outcome = SharedOutcome<CredentialsStore.Outcome>

  /// A refresh that is under way, or about to be.
  struct Refresh {
    let outcome: Outcome
    /// Whether it is the asker's to begin.
    let isNew: Bool
  }

  /// The seconds from one advisory refresh to the next.
  private static let advisoryInterval = 60
  /// The seconds in which refused credentials are asked about once.
  private static let replacementInterval = 10

  private(set) var known: (resolved: ResolvedCredentials, windows: RefreshWindows?)?
  private var refresh: Outcome?
  /// The second for which ``known`` was found good: until the next one nothing is looked at.
  private var goodAt: Int?
  /// The edition of the source that what is known comes from, and that which was last asked for.
  private var edition: Int?
  private var askedEdition: Int?
  /// When that was.
  private var askedAt: Int?
  /// When and why asking last failed, if it hasn't succeeded since.
  private var failure: (error: CredentialsError, at: Int)?
  private var advisedAt: Int?
  private var replacedAt: Int?
  private var told: (failure: Failure, at: Int)?

  /// A refresh that has failed.
  struct Failure: Equatable {
    let error: CredentialsError
    /// Whether what was known before serves on.
    let oldOnesServe: Bool
  }

  /// Those that have been found good in this second.
  func current(at now: Int) -> ResolvedCredentials? {
    goodAt == now ? known?.resolved : nil
  }

  enum Decision {
    case fail(CredentialsError)
    case use(ResolvedCredentials)
    case useAndRefresh(ResolvedCredentials, Refresh)
    case await(Refresh, fallback: ResolvedCredentials?)
  }

  mutating func decide(at now: Int, edition: Int) -> Decision {
    guard let known, mayServe(at: now) else {
      // However many calls come, one program or service a second is asked in vain.
      if let failure, failure.at == now, edition == askedEdition { return .fail(failure.error) }
      return .await(join(edition, now), fallback: nil)
    }
    if isToBeAwaited(edition, now) {
      return .await(join(edition, now), fallback: known.resolved)
    }
    goodAt = now
    // A file that is being written is one that can't be read for a moment.
    if edition != self.edition, refresh == nil, !hasFailedJustNow(with: edition, now) {
      return .useAndRefresh(known.resolved, join(edition, now))
    }
    guard let windows = known.windows, now >= windows.advisory, refresh == nil,
      !Self.isWithin(Self.advisoryInterval, of: advisedAt, now)
    else { return .use(known.resolved) }
    advisedAt = now
    return .useAndRefresh(known.resolved, join(edition, now))
  }

  enum Replacement {
    case areReplaced
    case wereAskedForJustNow
    case await(Refresh)
  }

  mutating func replace(_ refused: Credentials, at now: Int, edition: Int) -> Replacement {
    if let known, known.resolved.credentials != refused { return .areReplaced }
    guard refresh == nil else { return .await(join(edition, now)) }
    guard !Self.isWithin(Self.replacementInterval, of: replacedAt, now) else {
      return .wereAskedForJustNow
    }
    replacedAt = now
    return .await(join(edition, now))
  }

  /// Takes the outcome of the refresh. After a failure what was known before is still known.
  ///
  /// - Returns: A failure that is to be told: the first, and one that differs, and then one a minute.
  mutating func end(
    _ outcome: CredentialsStore.Outcome, at now: Int, random: Double
  ) -> Failure? {
    refresh = nil
    switch outcome {
    case .success(let resolved):
      let windows = resolved.expiration.map {
        RefreshWindows(expiration: $0, now: now, random: random)
      }
      known = (resolved, windows)
      self.edition = askedEdition
      (failure, told) = (nil, nil)
    case .failure(let error):
      failure = (error, now)
    }
    let serves = mayServe(at: now)
    goodAt = serves ? now : nil
    return failure.flatMap { toTell(Failure(error: $0.error, oldOnesServe: serves), at: now) }
  }

  /// Whether the old ones serve is told as soon as it changes. Why there are no others may be put in other
  /// words each time, with a moment in them.
  private mutating func toTell(_ failure: Failure, at now: Int) -> Failure? {
    if let told, told.failure.oldOnesServe == failure.oldOnesServe {
      let isSame = told.failure == failure
      let interval = isSame ? Self.advisoryInterval : Self.replacementInterval
      guard !Self.isWithin(interval, of: told.at, now) else { return nil }
    }
    told = (failure, now)
    return failure
  }

  /// Whether there are any, not yet in their mandatory window.
  func mayServe(at now: Int) -> Bool {
    guard let known else { return false }
    return known.windows.map { now < $0.mandatory } ?? true
  }

  /// Whether the files are others, and are asked for the first time in this very second: a call that comes
  /// later goes on with what is known.
  private func isToBeAwaited(_ edition: Int, _ now: Int) -> Bool {
    guard edition != self.edition else { return false }
    return refresh == nil ? edition != askedEdition : edition == askedEdition && askedAt == now
  }

  /// Whether these files have been asked a moment ago, and gave nothing: what was known serves on meanwhile.
  private func hasFailedJustNow(with edition: Int, _ now: Int) -> Bool {
    edition == askedEdition && Self.isWithin(Self.replacementInterval, of: failure?.at, now)
  }

  private mutating func join(_ edition: Int, _ now: Int) -> Refresh {
    if let refresh { return Refresh(outcome: refresh, isNew: false) }
    let outcome = Outcome()
    refresh = outcome
    (askedEdition, askedAt) = (edition, now)
    return Refresh(outcome: outcome, isNew: true)
  }

  /// Whether a moment was so short a time ago; one that lies ahead was, before the clock was set back.
  private static func isWithin(_ seconds: Int, of moment: Int?, _ now: Int) -> Bool {
    guard let moment else { return false }
    return (0..<seconds).contains(now - moment)
  }
}
