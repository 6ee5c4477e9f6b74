/// The keys of a profile in the credentials file.
struct SharedCredentialsFileSource: CredentialsSource {
  let name = "shared-credentials-file"
  let profile: String
  let files: ProfileFiles

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    try files.profiles(for: name).inCredentialsFile(profile)?
      .credentials(ofProfile: profile, in: files.credentialsPath, for: name)
  }
}
