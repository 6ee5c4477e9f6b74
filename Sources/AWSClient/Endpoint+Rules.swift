extension Endpoint {
  /// Which of a service's regional endpoints is meant.
  public struct Variant: Sendable, Equatable {
    /// Those with FIPS 140 cryptography.
    public var isFIPS: Bool
    /// Those with IPv6 addresses too.
    public var isDualStack: Bool

    public init(isFIPS: Bool = false, isDualStack: Bool = false) {
      self.isFIPS = isFIPS
      self.isDualStack = isDualStack
    }
  }

  /// The regional endpoint of a service, by the rules of botocore's `endpoint-rule-set-1` of each; nil
  /// where there is none: S3 has no FIPS in China.
  public init?(of service: AWSService, in region: Region, variant: Variant = Variant()) {
    let partition = Partition(region: region.name)
    switch service {
    case .s3:
      if variant.isFIPS, partition.name == "aws-cn" { return nil }
      let prefix =
        "s3" + (variant.isFIPS ? "-fips" : "") + (variant.isDualStack ? ".dualstack" : "")
      self.init(
        regionalHost: "\(prefix).\(region).\(partition.dnsSuffix)", variant: variant)
    case .athena, .sts, .sso, .ssoOIDC:
      let suffix = variant.isDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix
      let hasName = variant.isFIPS && !service.isFIPSAlready(in: partition, variant)
      self.init(
        regionalHost: "\(service.hostPrefix)\(hasName ? "-fips" : "").\(region).\(suffix)",
        variant: variant)
    }
  }
}

extension AWSService {
  fileprivate var hostPrefix: String {
    switch self {
    case .athena: "athena"
    case .s3: "s3"
    case .sts: "sts"
    case .sso: "portal.sso"
    case .ssoOIDC: "oidc"
    }
  }

  /// Whether the ordinary endpoint is the one with FIPS: so it is in GovCloud, but for Athena.
  fileprivate func isFIPSAlready(in partition: Partition, _ variant: Endpoint.Variant) -> Bool {
    switch self {
    case .athena, .s3: false
    case .sts, .sso, .ssoOIDC: partition.name == "aws-us-gov" && !variant.isDualStack
    }
  }
}
