public import EventLoop
public import HTTPClient

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

  /// How often the files that the source depends on have been found changed by this second of the wall
  /// clock. The store asks about once a second, and resolves anew when the number is another one.
  func edition(at second: Int) -> Int
}

extension CredentialsSource {
  /// A source without files.
  public func edition(at second: Int) -> Int { 0 }
}

/// What a source works with: those of the worker on whose loop it is asked.
public struct CredentialsTools {
  public let loop: EventLoop
  public let http: HTTPClient
  /// The wall clock, in whole seconds since 1970.
  public let clock: () -> Int
  /// How services are asked again.
  let retries: RetryPolicy

  public init(
    loop: EventLoop, http: HTTPClient, clock: @escaping () -> Int,
    retries: RetryPolicy = RetryPolicy()
  ) {
    self.loop = loop
    self.http = http
    self.clock = clock
    self.retries = retries
  }
}
