import Testing

@testable import AWSClient

/// Tests/Conformance/test_aws_configuration.py holds values to botocore's; here is what has no oracle.
struct AWSSettingsTests {
  private static let config = """
    [default]
    region = eu-west-3
    services = v
    ca_bundle = /nonexistent
    [services v]
    s3 =
      endpoint_url = http://s3:1
    """

  private static func settings(
    _ environment: [String: String] = [:], config: String = "", region: String? = nil,
    endpointURL: String? = nil
  ) throws -> AWSSettings {
    let profiles = Profiles(
      name: "default", isNamed: false, config: try SharedFile(parsing: Array(config.utf8)),
      credentials: .empty)
    return try AWSSettings(
      environment: AWSEnvironment(environment), profiles: profiles,
      flags: .init(
        region: region.map { Setting($0, from: "--region") },
        endpointURL: endpointURL.map { Setting($0, from: "--endpoint-url") }))
  }

  @Test(arguments: [
    (["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"], "c", "c", "--region"),
    (["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"], nil, "a", "AWS_REGION"),
    (["AWS_REGION": "", "AWS_DEFAULT_REGION": "b"], nil, "b", "AWS_DEFAULT_REGION"),
    ([:], nil, "d", "region of the profile default"),
  ])
  func `The region comes from the first setting that names one`(
    environment: [String: String], flag: String?, region: String, source: String
  ) throws {
    let settings = try Self.settings(environment, config: "[default]\nregion = d", region: flag)
    #expect(settings.region == Setting(Region(region)!, from: source))
  }

  @Test func `Without a setting there is no region`() throws {
    #expect(try Self.settings().region == nil)
  }

  @Test func `All problems are told at once, each with its setting`() throws {
    let environment = [
      "AWS_REGION": "EU", "AWS_USE_FIPS_ENDPOINT": "1", "AWS_USE_DUALSTACK_ENDPOINT": "true",
      "AWS_ENDPOINT_URL_STS": "ftp://x", "AWS_ENDPOINT_URL_ATHENA": "http://a",
      "AWS_MAX_ATTEMPTS": "0", "AWS_RETRY_MODE": "never", "AWS_ACCESS_KEY_ID": "AKID",
    ]
    let error = #expect(throws: SettingsProblems.self) {
      try Self.settings(environment, config: Self.config)
    }
    let list = try #require(error).list
    for name in environment.keys {
      #expect(list.contains { $0.contains(name) }, "\(name)")
    }
    #expect(list.contains { $0.contains("ca_bundle of the profile default: /nonexistent") })
    #expect(list.contains { $0.contains("endpoint_url of s3 in [services v]") })
  }

  @Test func `An endpoint's settings are named`() throws {
    let endpoints = try Self.settings(
      ["AWS_USE_FIPS_ENDPOINT": "false"], config: "[default]\nendpoint_url = http://p",
      endpointURL: "http://flag"
    ).endpoints
    let region = Region("eu-west-1")!
    #expect(endpoints.sources(of: .athena) == ["--endpoint-url"])
    #expect(endpoints.sources(of: .s3) == ["endpoint_url of the profile default"])
    #expect(try endpoints.endpoint(of: .athena, in: region).description == "http://flag")
    #expect(try endpoints.endpoint(of: .sts, in: region).description == "http://p")
  }

  /// botocore's `endpoint-rule-set-1` of each service; Athena's and S3's are held to it elsewhere.
  @Test(arguments: [
    (AWSService.sts, "eu-west-1", "sts", "amazonaws.com", "api.aws", true),
    (.sts, "cn-north-1", "sts", "amazonaws.com.cn", "api.amazonwebservices.com.cn", true),
    (.sts, "us-gov-west-1", "sts", "amazonaws.com", "api.aws", false),
    (.sso, "eu-west-1", "portal.sso", "amazonaws.com", "api.aws", true),
    (.sso, "us-gov-west-1", "portal.sso", "amazonaws.com", "api.aws", false),
    (.ssoOIDC, "eusc-de-east-1", "oidc", "amazonaws.eu", "api.amazonwebservices.eu", true),
    (.ssoOIDC, "us-gov-east-1", "oidc", "amazonaws.com", "api.aws", false),
  ])
  func `The services that give credentials are where botocore calls them`(
    service: AWSService, region: String, prefix: String, suffix: String, dualStack: String,
    hasOwnFIPS: Bool
  ) throws {
    func host(_ isFIPS: Bool, _ isDualStack: Bool) -> String? {
      let variant = Endpoint.Variant(isFIPS: isFIPS, isDualStack: isDualStack)
      return Endpoint(of: service, in: Region(region)!, variant: variant)?.host
    }
    #expect(host(false, false) == "\(prefix).\(region).\(suffix)")
    #expect(host(false, true) == "\(prefix).\(region).\(dualStack)")
    #expect(host(true, false) == "\(prefix)\(hasOwnFIPS ? "-fips" : "").\(region).\(suffix)")
    #expect(host(true, true) == "\(prefix)-fips.\(region).\(dualStack)")
  }
}
