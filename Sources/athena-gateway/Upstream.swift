import AWSClient
import LocalAthena

/// The Athena that the gateway calls.
struct Upstream: Sendable, CustomStringConvertible {
  let region: Region
  /// What the workers share of it.
  let shared: AWSShared
  let athena: Endpoint
  let s3: Endpoint

  init(_ settings: ServeSettings) {
    region = settings.region
    let chain = CredentialsChain.standard(
      environment: settings.environment, files: ProfileFiles(environment: settings.environment))
    shared = AWSShared(
      credentials: CredentialsStore(
        chain,
        onFailure: { Terminal.complain("AWS credentials could not be renewed: \($0)") }),
      retries: settings.retries, clockOffset: ClockOffset(onChange: Self.tell))
    athena = settings.athenaEndpoint ?? Endpoint(of: .athena, in: region)!
    s3 = settings.s3Endpoint ?? Endpoint(of: .s3, in: region)!
  }

  /// The gateway signs for its own Athena with the key that this one documents.
  init(_ settings: ServeSettings, local: LocalAthenaThread) throws {
    region = settings.region
    shared = AWSShared(
      credentials: CredentialsStore(LocalAthena.credentials), retries: settings.retries)
    athena = try Endpoint(parsing: local.address.url())
    s3 = athena
  }

  private static func tell(clockOffset seconds: Int) {
    Terminal.complain(
      seconds == 0
        ? "this machine's clock is right again by AWS's"
        : "this machine's clock is \(abs(seconds)) s \(seconds > 0 ? "slow" : "fast") by AWS's; calls are "
          + "signed with AWS's time; set the clock")
  }

  var description: String { "region \(region), Athena at \(athena), S3 at \(s3)" }
}
