/// The session of `aws login`, which is one person's at a terminal: refused, since credentials of a
/// source further on would be another identity's.
struct LoginSource: CredentialsSource {
  let name = "login"
  let profile: String
  let files: ProfileFiles

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let settings = try files.profiles(for: name)[profile]
    guard settings?.has("login_session") == true else { return nil }
    throw CredentialsError(
      source: name,
      """
      the profile \(profile) has a login_session, which the gateway does not support: \
      choose a profile with a role, SSO or a credential_process
      """)
  }
}
