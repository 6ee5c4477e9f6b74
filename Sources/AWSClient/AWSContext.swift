public import HTTPClient

/// What the clients of all services of one worker share.
public struct AWSContext {
  let http: HTTPClient
  let region: Region
  let credentials: any CredentialsProvider
  let clock: () -> Int

  /// - Parameter clock: The wall clock, in whole seconds since 1970.
  public init(
    http: HTTPClient, region: Region, credentials: any CredentialsProvider,
    clock: @escaping () -> Int
  ) {
    self.http = http
    self.region = region
    self.credentials = credentials
    self.clock = clock
  }

  func signer(service: String) -> Signer {
    Signer(service: service, region: region)
  }
}
