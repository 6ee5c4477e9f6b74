/// Where and how EC2's instance metadata service is asked.
struct InstanceMetadataSettings: Equatable {
  private static let ipv4 = "http://169.254.169.254"
  private static let ipv6 = "http://[fd00:ec2::254]"

  let endpoint: Endpoint
  /// The time for one answer.
  let timeout: Duration
  /// How often one question is asked.
  let attempts: Int
  /// Whether nothing is asked without a token.
  let isV1Disabled: Bool

  /// - Returns: nil where `AWS_EC2_METADATA_DISABLED` says that the service is not to be asked.
  init?(
    _ environment: AWSEnvironment, _ profiles: Profiles
  ) throws(SettingsProblems) {
    guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
    var reader = SettingReader(environment, profiles)
    let endpoint = reader.metadataEndpoint(default: reader.usesIPv6() ? Self.ipv6 : Self.ipv4)
    // A machine without the service waits for it no longer than botocore does.
    timeout = .seconds(
      reader.number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout") ?? 1)
    attempts =
      reader.number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts") ?? 1
    isV1Disabled =
      reader.flag("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled")?.value ?? false
    guard let endpoint, reader.problems.isEmpty else {
      throw SettingsProblems(list: reader.problems)
    }
    self.endpoint = endpoint
  }
}

extension SettingReader {
  fileprivate mutating func number(_ variable: String, _ name: String) -> Int? {
    guard let setting = self.variable(variable) ?? ofProfile(name) else { return nil }
    let number = Int(setting.value).flatMap { (1...3600).contains($0) ? $0 : nil }
    if number == nil {
      note(
        "\(setting.source): '\(setting.value.prefix(100))' is not a whole number from 1 to 3600")
    }
    return number
  }

  fileprivate mutating func usesIPv6() -> Bool {
    let mode =
      variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
      ?? ofProfile("ec2_metadata_service_endpoint_mode")
    guard let mode else { return flag("AWS_IMDS_USE_IPV6", "imds_use_ipv6")?.value ?? false }
    switch mode.value.lowercased() {
    case "ipv4": return false
    case "ipv6": return true
    default:
      note("\(mode.source): '\(mode.value.prefix(100))' is neither ipv4 nor ipv6")
      return false
    }
  }

  fileprivate mutating func metadataEndpoint(default other: String) -> Endpoint? {
    let chosen =
      variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? ofProfile("ec2_metadata_service_endpoint")
    do throws(Endpoint.Problem) {
      return try Endpoint(parsing: chosen?.value ?? other)
    } catch {
      note("\(chosen?.source ?? other): \(error)")
      return nil
    }
  }
}
