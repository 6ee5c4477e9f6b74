public import EventLoop
public import HTTPClient
public import Tracing

/// What the clients of all services of all workers share.
public struct AWSShared: Sendable {
  let credentials: CredentialsStore
  let retries: RetryPolicy
  let quota: RetryQuota
  let clockOffset: ClockOffset
  let bucketRegions: BucketRegions
  let refusals: RefusalTeller

  /// - Parameter onRefusal: Told of calls that AWS refuses to the gateway's own identity, and of answers that
  ///   are not AWS's: of the first with each code, and then of one a minute.
  public init(
    credentials: CredentialsStore, retries: RetryPolicy = RetryPolicy(),
    quota: RetryQuota = RetryQuota(), clockOffset: ClockOffset = ClockOffset(),
    bucketRegions: BucketRegions = BucketRegions(),
    onRefusal: @escaping @Sendable (CallRefusal) -> Void = { _ in }
  ) {
    self.credentials = credentials
    self.retries = retries
    self.quota = quota
    self.clockOffset = clockOffset
    self.bucketRegions = bucketRegions
    refusals = RefusalTeller(onRefusal)
  }
}

/// What the clients of all services of one worker share.
public struct AWSContext {
  let http: HTTPClient
  let region: Region
  let shared: AWSShared
  /// Those for credentials, with the corrected clock.
  public let tools: CredentialsTools
  /// Waits between two tries.
  let pause: (Duration) async throws(CancellationError) -> Void
  let onCall: (CallRecord.Outcome) -> Void

  /// - Parameters:
  ///   - clock: The wall clock, in whole seconds since 1970.
  ///   - pause: What waits; nil for the loop.
  ///   - onCall: Told of each call's end.
  public init(
    on loop: EventLoop, http: HTTPClient, region: Region, shared: AWSShared,
    clock: @escaping () -> Int,
    pause: ((Duration) async throws(CancellationError) -> Void)? = nil,
    onCall: @escaping (CallRecord.Outcome) -> Void = { _ in }
  ) {
    self.http = http
    self.region = region
    self.shared = shared
    self.onCall = onCall
    self.pause =
      pause
      ?? { (duration) async throws(CancellationError) in try await loop.pause(for: duration) }
    tools = CredentialsTools(
      loop: loop, http: http, clock: clock, clockOffset: shared.clockOffset, retries: shared.retries
    )
  }

  /// By how many seconds the clock is corrected; 0 as long as nothing shows that it is wrong.
  public var clockOffset: Int { shared.clockOffset.seconds }

  /// Whether there is something to sign calls with. The source is asked where there isn't, and so long waited for at
  /// most; and where it ends soon, as by calls: a gateway that nobody calls has fresh ones too.
  public func hasCredentials(within patience: Duration) async -> Bool {
    let credentials = shared.credentials
    _ = await tools.loop.outcome(within: patience) { [tools] in
      _ = try? await credentials.credentials(with: tools)
    }
    return credentials.mayServe(at: tools.clock())
  }
}
