import AWSClient
import ArgumentParser

/// Which AWS is called, and as whom.
struct AWSFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "profile", as: "name",
      "The profile of the config and the credentials file to use, in place of the credentials in the "
        + "environment.",
      default: "AWS's own settings; see 'athena-gateway check'"))
  var profile: GatewaySetting<String?>

  @Option(
    GatewaySetting(
      "region", as: "region", "The AWS region, as in eu-west-1.", default: "AWS's own settings"))
  var region: GatewaySetting<String?>

  @Option(
    GatewaySetting(
      "endpoint-url", "Athena's endpoint, in place of the region's own.",
      default: "AWS's own settings"))
  var endpointURL: GatewaySetting<URLText?>

  func settings(_ reader: inout SettingsReader) -> AWSSettings.Flags {
    .init(
      region: reader.sourced(region), endpointURL: reader.sourced(endpointURL)?.map(\.text),
      profile: reader.sourced(profile))
  }

  /// What the help of each command with these flags says of what stands behind them.
  static let discussion = """
    Region, endpoints, proxies and credentials come from where the AWS CLI and SDKs take them: \
    AWS_REGION, AWS_ENDPOINT_URL, HTTPS_PROXY, AWS_ACCESS_KEY_ID and the other variables, \
    ~/.aws/config and ~/.aws/credentials (a profile's keys, role, SSO session or process), EKS, ECS \
    and EC2. README.md lists them all; 'athena-gateway check' says what they come to.
    """
}
