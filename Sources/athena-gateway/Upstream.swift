import AWSClient
import LocalAthena

/// The Athena that the gateway calls.
struct Upstream: Sendable, CustomStringConvertible {
  let region: Region
  let credentials: EnvironmentCredentials
  let athena: Endpoint
  let s3: Endpoint

  init(_ settings: ServeSettings) {
    region = settings.region
    credentials = settings.credentials
    athena = settings.athenaEndpoint ?? Endpoint(of: .athena, in: region)!
    s3 = settings.s3Endpoint ?? Endpoint(of: .s3, in: region)!
  }

  /// The gateway signs for its own Athena with the key that this one documents.
  init(_ settings: ServeSettings, local: LocalAthenaThread) throws {
    region = settings.region
    credentials = EnvironmentCredentials(LocalAthena.credentials)
    athena = try Endpoint(parsing: local.address.url())
    s3 = athena
  }

  var description: String { "region \(region), Athena at \(athena), S3 at \(s3)" }
}
