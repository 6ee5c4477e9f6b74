import AWSClient
import Athena
import CLinux
import EventLoop
import Glibc
import HTTPClient
import LocalAthena
import Logging
import Tracing

/// The Athena that the gateway calls.
struct Upstream: Sendable, CustomStringConvertible {
  let credentials: CredentialsStore
  private let region: Region
  private let athena: Endpoint
  private let s3: Endpoint
  private let shared: AWSShared
  var client: HTTPClient.Configuration

  /// - Parameters:
  ///   - onChange: Told whose credentials are in use.
  ///   - onFailure: Told of failed refreshes of them, and whether the old ones serve on.
  ///   - onRefusal: Told of calls that AWS refuses to the gateway, and of answers that are not AWS's.
  ///   - say: Told of what else is wrong, or right again, in words.
  init(
    _ configuration: AWSConfiguration,
    onChange: @escaping @Sendable (ResolvedCredentials) -> Void = { _ in },
    onFailure: @escaping @Sendable (CredentialsError, Bool) -> Void = { _, _ in },
    onRefusal: @escaping @Sendable (CallRefusal) -> Void = { _ in },
    say: @escaping @Sendable (Logger.Level, String) -> Void = { Terminal.complain($1) }
  ) {
    // From now on there are secrets in memory: no core dump has them, and no other process of the same
    // user reads them or the environment. Whoever debugs a gateway does it as root.
    let isHidden = clinux_hide_process() == 0
    precondition(isHidden, "prctl(PR_SET_DUMPABLE)")
    credentials = CredentialsStore(
      configuration.credentials, onChange: onChange, onFailure: onFailure,
      onWarning: { say(.warning, "\($0)") })
    region = configuration.region.value
    athena = configuration.athena
    s3 = configuration.s3
    shared = AWSShared(
      credentials: credentials, retries: configuration.settings.retries,
      clockOffset: ClockOffset { Self.tell(clockOffset: $0, say) }, onRefusal: onRefusal)
    client = configuration.client
  }

  /// The gateway signs for its own Athena with the key that this one documents, and asks nobody the way.
  init(local: LocalAthenaThread, region: Region) throws {
    credentials = CredentialsStore(LocalAthena.credentials)
    self.region = region
    athena = try Endpoint(parsing: local.address.url())
    s3 = athena
    shared = AWSShared(credentials: credentials)
    client = .init(userAgent: AthenaGateway.userAgent)
  }

  private static func tell(clockOffset seconds: Int, _ say: (Logger.Level, String) -> Void) {
    guard seconds != 0 else { return say(.notice, "this machine's clock is right again by AWS's") }
    say(
      .warning,
      "this machine's clock is \(abs(seconds)) s \(seconds > 0 ? "slow" : "fast") by AWS's; calls are "
        + "signed with AWS's time; set the clock")
  }

  var description: String { "region \(region), Athena at \(athena), S3 at \(s3)" }

  /// What calls it from a loop.
  ///
  /// - Parameter onCall: Told of each call's end.
  func caller(
    on loop: EventLoop, onCall: @escaping (CallRecord.Outcome) -> Void = { _ in }
  ) -> Caller {
    let http = HTTPClient(on: loop, configuration: client)
    let context = AWSContext(
      on: loop, http: http, region: region, shared: shared, clock: { time(nil) },
      onCall: onCall)
    return Caller(
      http: http, tools: context.tools,
      athena: AthenaClient(context, endpoint: athena, s3Endpoint: s3))
  }

  /// What calls AWS, on one loop.
  struct Caller {
    fileprivate let http: HTTPClient
    let tools: CredentialsTools
    let athena: AthenaClient

    /// Ends what is under way.
    func end() { http.close() }
  }
}
