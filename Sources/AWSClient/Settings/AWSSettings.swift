/// All that AWS's tools are told of a client but its credentials, from flags, variables and the profile
/// in use. Read once, at start.
public struct AWSSettings: Sendable {
  /// What the program itself was told; it outranks all.
  public struct Flags: Sendable {
    public var region: Setting<String>?
    /// Athena's alone.
    public var endpointURL: Setting<String>?
    /// Whose credentials are asked for in place of those in the environment.
    public var profile: Setting<String>?

    public init(
      region: Setting<String>? = nil, endpointURL: Setting<String>? = nil,
      profile: Setting<String>? = nil
    ) {
      self.profile = profile
      self.region = region
      self.endpointURL = endpointURL
    }
  }

  /// nil where no setting names one: the instance's own is left to ask for.
  public let region: Setting<Region>?
  public let endpoints: Endpoints
  /// A PEM file of certificate authorities, in place of the system's.
  public let authorities: Setting<String>?
  public let retries: RetryPolicy

  /// Throws all problems at once.
  public init(
    environment: AWSEnvironment, profiles: Profiles?, flags: Flags = Flags()
  ) throws(SettingsProblems) {
    var reader = SettingReader(environment, profiles)
    region = Self.region(&reader, flags.region)
    let isRegionMissing = region == nil && reader.problems.isEmpty
    endpoints = Endpoints(&reader, athena: flags.endpointURL)
    authorities = Self.authorities(&reader)
    retries = reader.retries()
    if flags.profile == nil {
      do throws(CredentialsError) {
        _ = try EnvironmentSource(environment).read()
      } catch {
        reader.note("credentials: \(error.reason)")
      }
    }
    if let region {
      for service in [AWSService.athena, .s3] {
        do throws(SettingsProblem) {
          _ = try endpoints.endpoint(of: service, in: region.value)
        } catch {
          reader.note(error.description)
        }
      }
    }
    guard reader.problems.isEmpty else {
      throw SettingsProblems(list: reader.problems, isRegionMissing: isRegionMissing)
    }
  }

  /// botocore asks AWS_DEFAULT_REGION alone; every other SDK asks AWS_REGION, which is what ECS, Lambda
  /// and EKS set.
  private static func region(
    _ reader: inout SettingReader, _ flag: Setting<String>?
  ) -> Setting<Region>? {
    let found =
      flag ?? reader.variable("AWS_REGION") ?? reader.variable("AWS_DEFAULT_REGION")
      ?? reader.ofProfile("region")
    guard let found else { return nil }
    guard let region = Region(found.value) else {
      reader.note(
        "\(found.source): '\(found.value.prefix(100))' is not the name of a region, as in eu-west-1"
      )
      return nil
    }
    return Setting(region, from: found.source)
  }

  private static func authorities(_ reader: inout SettingReader) -> Setting<String>? {
    guard let file = reader.variable("AWS_CA_BUNDLE") ?? reader.ofProfile("ca_bundle") else {
      return nil
    }
    if let problem = AuthoritiesFile.problem(at: file.value) {
      reader.note("\(file.source): \(file.value.prefix(200)): \(problem)")
      return nil
    }
    return file
  }
}

/// What is wrong with one setting: its name, what is wrong, what to do.
public struct SettingsProblem: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// All of them.
public struct SettingsProblems: Error, Equatable {
  public let list: [String]
  /// Whether no setting names a region: that is no problem where the instance has one.
  public let isRegionMissing: Bool

  init(list: [String], isRegionMissing: Bool = false) {
    self.list = list
    self.isRegionMissing = isRegionMissing
  }
}
