/// The first link: files that can't be used, or a profile that is named and not there, end the chain
/// before the environment is asked, as they do in botocore.
struct ProfileCheck: CredentialsSource {
  let name = "profile"
  let files: ProfileFiles

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    _ = try files.profiles(for: name)
    return nil
  }

  /// The sources of a profile need none of their own: this is the same one.
  var edition: Int { files.edition }
}
