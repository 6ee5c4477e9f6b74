public import EventLoop
public import Files
import HTTPMessage

/// The keys of an issuer that has them at a URL: kept, renewed when they are old, and asked for again when a
/// token names one that is not among them. The last good set stays in use.
///
/// Shared by all workers. What fetches runs on one loop, which is no worker's.
public final class IssuerKeys: Sendable {
  /// What was at a URL.
  public struct Document: Sendable {
    public let bytes: [UInt8]
    /// The answer's `Cache-Control`.
    public let cacheControl: String?

    public init(bytes: [UInt8], cacheControl: String? = nil) {
      self.bytes = bytes
      self.cacheControl = cacheControl
    }
  }

  /// What became of the keys.
  public enum News: Equatable, Sendable {
    /// The first that could be had, or that could be had again.
    case first
    /// There are none, or none that may still be trusted.
    case missing(FileFault)
    /// What became of those that there were before.
    case later(FileNews)
  }

  /// Gets what is at a URL, on the loop that it is called on; at most ``KeySet/sizeLimit`` bytes of it.
  public typealias Get = @Sendable (_ url: String) async -> Result<Document, FileFault>

  /// Whoever names unknown keys makes nobody ask more often; and what failed is tried again after it.
  fileprivate static let pause = Duration.seconds(30)
  /// How long a request waits for newer keys.
  private static let patience = Duration.seconds(5)
  /// How many requests wait for them: others are judged by what there is.
  private static let waiterLimit = 64
  /// For how long keys are trusted that should have been renewed, and can't be.
  fileprivate static let trust = Duration.seconds(24 * 3600)

  fileprivate struct State {
    var keys: KeySet?
    var edition = 0
    var fault: FileFault?
    /// When the last attempt began; nil before the first.
    var attempt: Instant?
    /// When the next one is due without anybody's asking.
    var due: Instant
    var flight: SharedOutcome<Void>?
    /// Whether whoever runs the gateway has asked, and is told what comes of it, news or not.
    var isAskedFor = false
    /// The attempts in a row that have failed.
    var failures = 0
    /// When the keys are good no more, unless they are renewed.
    var end = Instant.never
    var waiters = 0

    /// What is between two attempts. Without any keys nobody is served: they are tried for sooner.
    var pause: Duration {
      keys == nil && failures > 0
        ? min(.seconds(1 << min(failures - 1, 5)), IssuerKeys.pause) : IssuerKeys.pause
    }
  }

  private let place: KeyPlace
  private let loop: EventLoop
  private let get: Get
  private let clock: @Sendable () -> Instant
  private let onNews: @Sendable (News) -> Void
  private let state: Lock<State>

  /// - Parameters:
  ///   - loop: On which `get` is called.
  ///   - onNews: Told of each change, and once of each fault; of what ``reload()`` comes to in any case.
  public init(
    _ place: KeyPlace, on loop: EventLoop, clock: @escaping @Sendable () -> Instant = { .now },
    get: @escaping Get, onNews: @escaping @Sendable (News) -> Void = { _ in }
  ) {
    self.place = place
    self.loop = loop
    self.get = get
    self.clock = clock
    self.onNews = onNews
    state = Lock(State(due: clock()))
  }

  /// nil where none could be had yet.
  var current: KeySet? { state.withLock { $0.keys } }

  /// Grows with each change of ``current``.
  var edition: Int { state.withLock { $0.edition } }

  /// Fetches them now, and whenever they are old from now on.
  public func keepFresh() {
    Task(executorPreference: loop) { [self] in
      while true {
        fetchIfDue()
        try await loop.pause(for: .seconds(1))
      }
    }
  }

  /// Fetches them now, for who says that there are others.
  public func reload() {
    state.withLock { $0.isAskedFor = true }
    _ = flight(at: clock())
  }

  /// Returns the fetch that is under way then, if any.
  @discardableResult
  func fetchIfDue() -> SharedOutcome<Void>? {
    let now = clock()
    return state.withLock({ $0.due <= now }) ? flight(at: now) : nil
  }

  /// Asks for newer ones where that was not done a moment ago, and waits for them a little.
  func renew(waitingOn loop: EventLoop) async {
    let now = clock()
    let isInVain = state.withLock { state in
      let isEarly = state.flight == nil && state.attempt.map { now < $0 + state.pause } ?? false
      guard !isEarly, state.waiters < Self.waiterLimit else { return true }
      state.waiters += 1
      return false
    }
    guard !isInVain else { return }
    defer { state.withLock { $0.waiters -= 1 } }
    let flight = flight(at: now)
    _ = await loop.outcome(within: Self.patience) { _ = await flight.wait() }
  }

  /// The fetch that is under way, or a new one.
  private func flight(at now: Instant) -> SharedOutcome<Void> {
    let (flight, isNew) = state.withLock { state in
      if let flight = state.flight { return (flight, false) }
      let flight = SharedOutcome<Void>()
      state.flight = flight
      state.attempt = now
      return (flight, true)
    }
    if isNew {
      Task(executorPreference: loop) { [self] in
        land(await fetch())
        flight.set(())
      }
    }
    return flight
  }

  private func fetch() async -> Result<(keys: KeySet, life: Duration), FileFault> {
    var url = place.url
    do throws(FileFault) {
      if case .discovery(let issuer) = place {
        let configuration = try await document(url)
        url = try Self.naming(url) { () throws(FileFault) in
          try KeyPlace.keysURL(in: configuration.bytes, of: issuer)
        }
      }
      let document = try await document(url)
      let keys = try Self.naming(url) { () throws(FileFault) in try KeySet(parsing: document.bytes)
      }
      return .success((keys, Self.life(document.cacheControl)))
    } catch {
      return .failure(error)
    }
  }

  private func document(_ url: String) async throws(FileFault) -> Document {
    let result = await get(url)
    return try Self.naming(url) { () throws(FileFault) in try result.get() }
  }

  private static func naming<Value>(
    _ url: String, _ body: () throws(FileFault) -> Value
  ) throws(FileFault) -> Value {
    do throws(FileFault) {
      return try body()
    } catch {
      throw FileFault("\(MaskedURL(url)): \(error)")
    }
  }

  private func land(_ result: Result<(keys: KeySet, life: Duration), FileFault>) {
    let now = clock()
    let news = state.withLock { state -> News? in
      state.flight = nil
      let isAskedFor = state.isAskedFor
      state.isAskedFor = false
      switch result {
      case .success(let (keys, life)):
        return state.take(keys, for: life, at: now, isAskedFor: isAskedFor)
      case .failure(let fault): return state.note(fault, at: now, isAskedFor: isAskedFor)
      }
    }
    if let news { onNews(news) }
  }

  /// How long a set is good by its `Cache-Control` (RFC 9111 §5.2.2.1), within reason: an issuer is not asked
  /// all the time, and a key that it has withdrawn is not trusted for ever.
  static func life(_ cacheControl: String?) -> Duration {
    let directives = (cacheControl ?? "").lowercased().split(separator: ",").map {
      $0.filter { $0 != " " }
    }
    if directives.contains("no-store") || directives.contains("no-cache") { return shortestLife }
    let seconds = directives.lazy.compactMap { directive in
      directive.hasPrefix("max-age=") ? Int(directive.dropFirst("max-age=".count)) : nil
    }.first
    guard let seconds else { return .seconds(3600) }
    return min(max(.seconds(seconds), shortestLife), .seconds(86400))
  }

  private static let shortestLife = Duration.seconds(300)
}

extension IssuerKeys.State {
  fileprivate mutating func take(
    _ new: KeySet, for life: Duration, at now: Instant, isAskedFor: Bool
  ) -> IssuerKeys.News? {
    let (before, wasFailing) = (keys, fault != nil)
    (due, end) = (now + life, now + life + IssuerKeys.trust)
    (fault, failures) = (nil, 0)
    guard new != before else {
      return wasFailing ? .later(.restored) : isAskedFor ? .later(.unchanged) : nil
    }
    keys = new
    edition += 1
    if before == nil { return .first }
    return .later(wasFailing ? .restored : .changed)
  }

  fileprivate mutating func note(
    _ new: FileFault, at now: Instant, isAskedFor: Bool
  ) -> IssuerKeys.News? {
    failures += 1
    let isOver = keys != nil && now >= end
    if isOver {
      keys = nil
      edition += 1
      failures = 1
    }
    due = now + pause
    guard new != fault || isOver || isAskedFor else { return nil }
    fault = new
    return keys == nil ? .missing(new) : .later(.kept(new))
  }
}
