public import EventLoop
public import HTTPClient
import HTTPMessage

/// One way to come by credentials: a link of the chain.
public protocol CredentialsSource: Sendable {
  /// What messages call it, in botocore's words: `env`, `shared-credentials-file`, `container-role`…
  var name: String { get }

  /// Asks for credentials now. On the loop of the tools.
  ///
  /// - Returns: nil where this source is not configured, so that the next one is asked.
  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials?

  /// How often the files that the source depends on have been found changed. The store asks about once a second, and resolves anew when the number is another one.
  var edition: Int { get }
}

extension CredentialsSource {
  /// A source without files.
  public var edition: Int { 0 }
}

/// What a source works with: those of the worker on whose loop it is asked.
public struct CredentialsTools {
  public let loop: EventLoop
  public let http: HTTPClient
  /// This machine's wall clock, in whole seconds since 1970.
  private let machineClock: () -> Int
  private let clockOffset: ClockOffset
  /// How services are asked again.
  let retries: RetryPolicy
  /// Told of what is wrong and keeps nobody from credentials. The store's.
  var warn: (CredentialsError) -> Void = { _ in }

  /// - Parameters:
  ///   - clock: This machine's wall clock, in whole seconds since 1970.
  ///   - clockOffset: Its correction, which services that give credentials out are the first to show.
  public init(
    loop: EventLoop, http: HTTPClient, clock: @escaping () -> Int,
    clockOffset: ClockOffset = ClockOffset(), retries: RetryPolicy = RetryPolicy()
  ) {
    self.loop = loop
    self.http = http
    machineClock = clock
    self.clockOffset = clockOffset
    self.retries = retries
  }

  /// The wall clock, in whole seconds since 1970, corrected by what AWS has said of it.
  public func clock() -> Int { machineClock() + clockOffset.seconds }

  /// Whether a signature was refused for its date, as is known from now on.
  func clockExplains(_ failure: CallFailure, signedAt: Int) -> Bool {
    clockOffset.explains(failure, signedAt: signedAt, clock: machineClock())
  }

  /// Takes the time from the fields of an answer to a call without a signature.
  func setClock(by fields: FieldSection) {
    clockOffset.learn(from: fields, clock: machineClock())
  }

  /// Whether something has ended by the corrected clock and by this machine's own. The correction is wrong
  /// from the moment on in which somebody sets the clock right, and only a call shows that: what may be
  /// good must not be kept from calls, where AWS judges it.
  func hasEnded(_ end: Int) -> Bool { end <= min(clock(), machineClock()) }
}
