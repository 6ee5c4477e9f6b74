import Testing

@testable import AWSClient

struct InstanceMetadataSettingsTests {
  private func settings(
    _ variables: [String: String] = [:], config: String = ""
  ) throws -> InstanceMetadataSettings? {
    let home = TestHome()
    home.write(".aws/config", "[default]\n" + config)
    let profiles = try home.files().profiles()
    return try InstanceMetadataSettings(home.environment(variables), profiles)
  }

  @Test func `Unless something else is said it is asked once, for a second`() throws {
    let settings = try #require(try settings())
    #expect(settings.endpoint.description == "http://169.254.169.254")
    #expect(settings.timeout == .seconds(1))
    #expect(settings.attempts == 1)
    #expect(!settings.isV1Disabled)
  }

  @Test(arguments: [
    (["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://localhost:1338/"], "", "http://localhost:1338"),
    (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], "", "http://[fd00:ec2::254]"),
    (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"], "", "http://169.254.169.254"),
    (["AWS_IMDS_USE_IPV6": "true"], "", "http://[fd00:ec2::254]"),
    (
      ["AWS_IMDS_USE_IPV6": "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"], "",
      "http://169.254.169.254"
    ),
    (
      [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://[::1]:80/a",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv6",
      ], "", "http://[::1]/a"
    ),
    ([:], "ec2_metadata_service_endpoint = http://127.0.0.1:8/", "http://127.0.0.1:8"),
    ([:], "ec2_metadata_service_endpoint_mode = ipv6", "http://[fd00:ec2::254]"),
    ([:], "imds_use_ipv6 = true", "http://[fd00:ec2::254]"),
    (
      ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4"],
      "ec2_metadata_service_endpoint_mode = ipv6", "http://169.254.169.254"
    ),
  ])
  func `The endpoint is the operator's, or the one of the mode`(
    variables: [String: String], config: String, endpoint: String
  ) throws {
    #expect(try settings(variables, config: config)?.endpoint.description == endpoint)
  }

  @Test func `A variable outranks the profile`() throws {
    let config = "metadata_service_timeout = 5\nmetadata_service_num_attempts = 6\n"
    let ofProfile = try #require(try settings(config: config))
    #expect(ofProfile.timeout == .seconds(5))
    #expect(ofProfile.attempts == 6)
    let variables = ["AWS_METADATA_SERVICE_TIMEOUT": "2", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"]
    let ofVariables = try #require(try settings(variables, config: config))
    #expect(ofVariables.timeout == .seconds(2))
    #expect(ofVariables.attempts == 3)
  }

  @Test(arguments: [
    ("AWS_METADATA_SERVICE_TIMEOUT", "0"), ("AWS_METADATA_SERVICE_TIMEOUT", "0.5"),
    ("AWS_METADATA_SERVICE_TIMEOUT", "3601"), ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "-1"),
    ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "99999999999999999999"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv5"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "169.254.169.254"),
    ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://a b/"), ("AWS_EC2_METADATA_V1_DISABLED", "yes"),
    ("AWS_IMDS_USE_IPV6", "1"),
  ])
  func `A value that can't be is a problem that names its variable`(
    variable: String, value: String
  ) throws {
    let error = #expect(throws: SettingsProblems.self) { try settings([variable: value]) }
    #expect(try #require(error).list.count == 1)
    #expect(error?.list.first?.hasPrefix("\(variable): ") == true)
  }

  @Test func `All problems come at once`() {
    let error = #expect(throws: SettingsProblems.self) {
      try settings([
        "AWS_METADATA_SERVICE_TIMEOUT": "x", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "y",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "z",
      ])
    }
    #expect(error?.list.count == 3)
  }
}
