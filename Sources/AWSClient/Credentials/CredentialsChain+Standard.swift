extension CredentialsChain {
  /// All sources in botocore's order (`create_credential_resolver`), without its two files of before
  /// 2013 (`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`).
  ///
  /// - Parameter region: Whose STS is asked for the credentials of roles.
  public static func standard(
    environment: AWSEnvironment, files: ProfileFiles, region: Region, endpoints: Endpoints
  ) throws(SettingsProblem) -> CredentialsChain {
    let sources = StandardSources(
      environment: environment, files: files, endpoints: endpoints,
      sts: STSClient(endpoint: try endpoints.endpoint(of: .sts, in: region), region: region))
    return CredentialsChain(sources.all)
  }
}

/// What the sources of the standard chain are made with.
private struct StandardSources {
  let environment: AWSEnvironment
  let files: ProfileFiles
  let endpoints: Endpoints
  let sts: STSClient
  let unsaved = UnsavedTokens()

  /// A flag's profile outranks the keys and roles of the environment; that of `AWS_PROFILE`, a variable
  /// among them, does not.
  var all: [any CredentialsSource] {
    let environment = files.isNamedByFlag ? nil : environment
    return [ProfileCheck(files: files)]
      + (environment.map { [EnvironmentSource($0)] } ?? [])
      + [
        AssumeRoleSource(
          profile: files.profile, files: files, sts: sts, named: { named($0) },
          ofProfile: { CredentialsChain(profile($0, environment: nil)) })
      ]
      + profile(files.profile, environment: environment)
      + [
        named(.container),
        InstanceMetadataSource(
          self.environment, files,
          advice: "none of the other sources is configured: \(CredentialsError.whatToSet)"),
      ]
  }

  /// The sources of a profile, but for its role.
  ///
  /// - Parameter environment: nil where it can name no web identity in the profile's stead.
  private func profile(
    _ profile: String, environment: AWSEnvironment?
  ) -> [any CredentialsSource] {
    [
      WebIdentitySource(profile: profile, files: files, environment: environment, sts: sts),
      SSOSource(
        profile: profile, files: files, environment: self.environment, endpoints: endpoints,
        unsaved: unsaved),
      SharedCredentialsFileSource(profile: profile, files: files),
      LoginSource(profile: profile, files: files),
      CustomProcessSource(profile: profile, files: files),
      ConfigFileSource(profile: profile, files: files),
    ]
  }

  private func named(_ source: RoleChain.NamedSource) -> any CredentialsSource {
    switch source {
    case .environment: EnvironmentSource(environment)
    case .container: ContainerSource(environment)
    case .instance: InstanceMetadataSource(environment, files)
    }
  }
}
