import EventLoop
public import SigV4

/// The credentials of the process, kept fresh for all of its workers.
///
/// One refresh is under way at a time, as a task of its own on the loop of the worker that found it due;
/// whoever must wait, on whatever worker, waits for that one. An error is told to those who waited, and
/// to those who come in the same second of the clock; then it is forgotten.
public final class CredentialsStore: Sendable {
  typealias Outcome = Result<ResolvedCredentials, CredentialsError>

  private let source: any CredentialsSource
  private let onChange: @Sendable (ResolvedCredentials) -> Void
  private let random: @Sendable () -> Double
  private let onFailure: @Sendable (CredentialsError, Bool) -> Void
  /// How long a call waits for the credentials of changed files, where the old ones are good.
  private static let patience = Duration.seconds(1)
  private let onWarning: @Sendable (CredentialsError) -> Void
  private let state: Lock<CredentialsState>

  /// - Parameters:
  ///   - source: Usually a chain of them.
  ///   - onChange: Told of the first credentials, and of all that are no renewal of those before.
  ///   - random: A number from 0 to 1 for each refresh.
  ///   - onFailure: Told of failed refreshes, which calls may not notice for a while: of the first, of
  ///     one that differs, and then of one a minute. And whether the credentials that were known before serve on.
  ///   - onWarning: Told of what a source finds wrong and gives credentials for all that.
  public init(
    _ source: any CredentialsSource,
    onChange: @escaping @Sendable (ResolvedCredentials) -> Void = { _ in },
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
    onFailure: @escaping @Sendable (CredentialsError, Bool) -> Void = { _, _ in },
    onWarning: @escaping @Sendable (CredentialsError) -> Void = { _ in }
  ) {
    self.source = source
    self.onChange = onChange
    self.random = random
    self.onFailure = onFailure
    self.onWarning = onWarning
    state = Lock(CredentialsState())
  }

  /// Credentials that are known, and never replaced.
  public convenience init(_ credentials: Credentials) {
    self.init(FixedSource(credentials))
  }

  /// Credentials to sign with now; most often without a wait.
  ///
  /// - Parameter tools: Those of the calling worker.
  func credentials(with tools: CredentialsTools) async throws(AWSError) -> Credentials {
    if let current = state.withLock({ $0.current(at: tools.clock()) }) {
      return current.credentials
    }
    do throws(CredentialsError) {
      return try await resolved(with: tools).credentials
    } catch {
      throw .noCredentials(source: error.isConfigured ? error.source : nil)
    }
  }

  /// Whether there are some that serve calls at this second.
  public func mayServe(at now: Int) -> Bool { state.withLock { $0.mayServe(at: now) } }

  /// When those that are in use end, in seconds since 1970; nil where they don't, or there are none.
  public var expiration: Int? { state.withLock { $0.known?.resolved.expiration } }

  /// The same, with all that is known of them.
  public func resolved(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials {
    let now = tools.clock()
    let edition = source.edition
    switch state.withLock({ $0.decide(at: now, edition: edition) }) {
    case .fail(let error): throw error
    case .use(let current): return current
    case .useAndRefresh(let current, let refresh):
      begin(refresh, with: tools)
      return current
    case .await(let refresh, let fallback?):
      begin(refresh, with: tools)
      let outcome = await tools.loop.outcome(within: Self.patience) { await refresh.outcome.wait() }
      guard case .success(let found)?? = outcome else { return fallback }
      return found
    case .await(let refresh, nil):
      begin(refresh, with: tools)
      guard let outcome = await refresh.outcome.wait() else {
        throw CredentialsError(source: source.name, "the wait for them was given up")
      }
      return try outcome.get()
    }
  }

  /// Asks the source for others than those that AWS has refused, unless that has just been done.
  ///
  /// - Returns: Whether there are others now.
  func replace(_ refused: Credentials, with tools: CredentialsTools) async -> Bool {
    let now = tools.clock()
    let edition = source.edition
    switch state.withLock({ $0.replace(refused, at: now, edition: edition) }) {
    case .areReplaced: return true
    case .wereAskedForJustNow: return false
    case .await(let refresh):
      begin(refresh, with: tools)
      guard let outcome = await refresh.outcome.wait(), let found = try? outcome.get() else {
        return false
      }
      return found.credentials != refused
    }
  }

  /// Nothing where it has begun already. A task of its own: the end of a request must not be the end of
  /// what others wait for.
  private func begin(_ refresh: CredentialsState.Refresh, with tools: CredentialsTools) {
    guard refresh.isNew else { return }
    tools.loop.spawn { [self] in
      let outcome = await resolve(with: tools)
      let (now, random) = (tools.clock(), random())
      let (before, failure) = state.withLock { state in
        (state.known?.resolved, state.end(outcome, at: now, random: random))
      }
      refresh.outcome.set(outcome)
      if case .success(let found) = outcome, !found.isRenewal(of: before) { onChange(found) }
      if let failure { onFailure(failure.error, failure.oldOnesServe) }
    }
  }

  private func resolve(with tools: CredentialsTools) async -> Outcome {
    var tools = tools
    tools.warn = onWarning
    return await Result { () async throws(CredentialsError) in
      guard let found = try await source.resolve(with: tools) else {
        throw CredentialsError(
          source: source.name, "none is configured: \(CredentialsError.whatToSet)",
          isConfigured: false)
      }
      if let expiration = found.expiration, tools.hasEnded(expiration) {
        throw CredentialsError(
          source: found.source, "the credentials of \(found.origin) have expired; renew them")
      }
      return found
    }
  }
}
