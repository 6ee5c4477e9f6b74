extension CredentialsChain {
  /// All sources in botocore's order (`create_credential_resolver`), without its two files of before
  /// 2013 (`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`).
  public static func standard(
    environment: AWSEnvironment, files: ProfileFiles
  ) -> CredentialsChain {
    // A flag's profile is meant, whatever the environment has; AWS_PROFILE's is one of its variables.
    let first: [any CredentialsSource] =
      files.isNamedByFlag ? [] : [EnvironmentSource(environment)]
    return CredentialsChain(
      [ProfileCheck(files: files)] + first + profile(files.profile, in: files))
  }

  /// The sources that a profile can name.
  private static func profile(
    _ profile: String, in files: ProfileFiles
  ) -> [any CredentialsSource] {
    [
      SharedCredentialsFileSource(profile: profile, files: files),
      LoginSource(profile: profile, files: files),
      CustomProcessSource(profile: profile, files: files),
      ConfigFileSource(profile: profile, files: files),
    ]
  }
}
