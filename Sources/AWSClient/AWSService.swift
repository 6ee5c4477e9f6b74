/// A service of AWS's that the gateway calls, as far as where it is called.
public enum AWSService: Sendable, CaseIterable {
  case athena
  case s3
  case sts
  /// The portal of IAM Identity Center, which gives credentials for a token.
  case sso
  /// Where IAM Identity Center renews that token.
  case ssoOIDC

  /// What `[services …]` sections call it; in upper case, the end of `AWS_ENDPOINT_URL_…`.
  var identifier: String {
    switch self {
    case .athena: "athena"
    case .s3: "s3"
    case .sts: "sts"
    case .sso: "sso"
    case .ssoOIDC: "sso_oidc"
    }
  }

  /// What messages call it.
  public var name: String {
    switch self {
    case .athena: "Athena"
    case .s3: "S3"
    case .sts: "STS"
    case .sso: "SSO"
    case .ssoOIDC: "SSO OIDC"
    }
  }

  /// The variable that names its endpoint and no other's.
  var endpointVariable: String { "AWS_ENDPOINT_URL_\(identifier.uppercased())" }
}
