/// The keys of a profile in the config file.
struct ConfigFileSource: CredentialsSource {
  let name = "config-file"
  let profile: String
  let files: ProfileFiles

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    try files.profiles(for: name).inConfigFile(profile)?
      .credentials(ofProfile: profile, in: files.configPath, for: name)
  }
}
