import AWSClient
import Glibc
import HTTPClient

/// Which AWS is called, and as whom: settings, environment and files, read and checked.
struct AWSConfiguration: Sendable {
  let files: ProfileFiles
  let settings: AWSSettings
  let region: Setting<Region>
  let athena: Endpoint
  let s3: Endpoint
  let proxies: Proxies
  let credentials: CredentialsChain

  /// nil with what is wrong noted.
  ///
  /// - Parameter otherwise: What else can be done about a missing region.
  init?(
    _ flags: AWSSettings.Flags, environment: [String: String], _ problems: inout Problems,
    otherwise: String = ""
  ) {
    let variables = AWSEnvironment(environment)
    let files = ProfileFiles(environment: variables, profile: flags.profile?.value)
    let profiles = problems.noting { () throws(ProfileFiles.Problem) in
      try files.profiles()
    }
    let proxies = Self.proxies(environment, &problems)
    let settings = Self.settings(flags, variables, profiles, &problems)
    guard profiles != nil else { return nil }
    var region = settings.region
    if settings.isRegionMissing {
      // Asked last, since where there is no such service it takes its time.
      region = InstanceRegion(variables, files).setting(&problems, otherwise: otherwise)
    }
    guard let settings = settings.all, let found = region, let proxies else { return nil }
    let endpoints = [AWSService.athena, .s3].map { service in
      problems.noting { () throws(SettingsProblem) in
        try settings.endpoints.endpoint(of: service, in: found.value)
      }
    }
    let chain = problems.noting { () throws(SettingsProblem) in
      try CredentialsChain.standard(
        environment: variables, files: files, region: found.value, endpoints: settings.endpoints)
    }
    guard let athena = endpoints[0], let s3 = endpoints[1], let chain else { return nil }
    self.files = files
    self.settings = settings
    self.proxies = proxies
    self.athena = athena
    self.s3 = s3
    self.region = found
    credentials = chain
  }

  /// The sources of credentials, for where nothing else is wrong than that there is no region; nil where
  /// there is more, or where the credentials would be a role's, which the region's STS is asked for.
  static func credentialsWithoutRegion(
    _ flags: AWSSettings.Flags, environment: [String: String], _ files: ProfileFiles
  ) -> (credentials: CredentialsChain, proxies: Proxies)? {
    let variables = AWSEnvironment(environment)
    var problems = Problems()
    guard let profiles = try? files.profiles(), let proxies = proxies(environment, &problems),
      let settings = settings(flags, variables, profiles, &problems).all, settings.region == nil
    else { return nil }
    let hasKeys = flags.profile == nil && variables["AWS_ACCESS_KEY_ID"] != nil
    let hasRole =
      profiles.settings.has("role_arn")
      || flags.profile == nil && variables["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil
    guard hasKeys || !hasRole, let anyRegion = Region("us-east-1"),
      let chain = try? CredentialsChain.standard(
        environment: variables, files: files, region: anyRegion, endpoints: settings.endpoints)
    else { return nil }
    return (chain, proxies)
  }

  private static func proxies(
    _ environment: [String: String], _ problems: inout Problems
  ) -> Proxies? {
    do throws(Proxies.Problems) {
      return try Proxies(environment: environment)
    } catch {
      for problem in error.list { problems.add("\(problem)") }
      return nil
    }
  }

  private static func settings(
    _ flags: AWSSettings.Flags, _ environment: AWSEnvironment, _ profiles: Profiles?,
    _ problems: inout Problems
  ) -> (all: AWSSettings?, region: Setting<Region>?, isRegionMissing: Bool) {
    do throws(SettingsProblems) {
      let settings = try AWSSettings(
        environment: environment, profiles: profiles, flags: flags)
      return (settings, settings.region, settings.region == nil)
    } catch {
      for problem in error.list { problems.add(problem) }
      return (nil, nil, error.isRegionMissing)
    }
  }

  /// How a worker's client is set up for it.
  var client: HTTPClient.Configuration {
    .init(
      userAgent: AthenaGateway.userAgent, authorities: settings.authorities?.value,
      proxies: proxies)
  }
}
