/// Where the services are that give credentials out.
public struct CredentialsEndpoints: Sendable {
  /// A service, named as its hosts are: botocore's `endpointPrefix`.
  public enum Service: String, Sendable {
    /// The Security Token Service.
    case sts
    /// IAM Identity Center's portal, which gives out the credentials of roles.
    case portal = "portal.sso"
    /// IAM Identity Center's OpenID Connect, which renews the portal's tokens.
    case oidc
  }

  /// The region whose STS is asked.
  public let region: Region
  private let choose: @Sendable (Service, Region) -> Endpoint

  /// - Parameters:
  ///   - region: The region whose STS is asked. Identity Center has regions of its own.
  ///   - choose: The endpoint of a service in a region; AWS's regional ones where nobody says otherwise.
  public init(
    region: Region,
    choose: @escaping @Sendable (Service, Region) -> Endpoint = {
      Endpoint(service: $0.rawValue, region: $1)
    }
  ) {
    self.region = region
    self.choose = choose
  }

  var sts: STSClient { STSClient(endpoint: choose(.sts, region), region: region) }

  func identityCenter(in region: Region) -> IdentityCenterClient {
    IdentityCenterClient(portal: choose(.portal, region), oidc: choose(.oidc, region))
  }
}
