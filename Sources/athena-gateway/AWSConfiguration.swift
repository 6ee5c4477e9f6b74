import AWSClient
import Glibc
import HTTPClient

/// Which AWS is called, and as whom: flags, environment and files, read and checked.
struct AWSConfiguration: Sendable {
  let files: ProfileFiles
  let settings: AWSSettings
  let region: Setting<Region>
  let athena: Endpoint
  let s3: Endpoint
  let proxies: Proxies
  let credentials: CredentialsChain

  /// nil with what is wrong noted.
  init?(_ flags: AWSFlags, environment: [String: String], _ problems: inout Problems) {
    let variables = AWSEnvironment(environment)
    let files = ProfileFiles(environment: variables, profile: flags.profile)
    let profiles = problems.noting { () throws(ProfileFiles.Problem) in
      try files.profiles()
    }
    let proxies = Self.proxies(environment, &problems)
    let settings = Self.settings(flags, variables, profiles, &problems)
    guard let settings, profiles != nil else { return nil }
    // Asked last, since where there is no such service it takes its time.
    let found =
      settings.region ?? InstanceRegion(variables, files).setting(&problems)
    guard let found, let proxies else { return nil }
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
    region = found
    credentials = chain
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
    _ flags: AWSFlags, _ environment: AWSEnvironment, _ profiles: Profiles?,
    _ problems: inout Problems
  ) -> AWSSettings? {
    do throws(SettingsProblems) {
      return try AWSSettings(
        environment: environment, profiles: profiles,
        flags: .init(
          region: flags.region, endpointURL: flags.endpointURL, profile: flags.profile))
    } catch {
      for problem in error.list { problems.add(problem) }
      return nil
    }
  }

  /// How a worker's client is set up for it.
  var client: HTTPClient.Configuration {
    .init(
      userAgent: AthenaGateway.userAgent, authorities: settings.authorities?.value,
      proxies: proxies)
  }
}
