import SigV4

/// A profile with a `role_arn`: its role, assumed with the credentials of another source.
struct AssumeRoleSource: CredentialsSource {
  let name = "assume-role"
  let profile: String
  let files: ProfileFiles
  let sts: STSClient
  /// What a `credential_source` stands for.
  let named: @Sendable (RoleChain.NamedSource) -> any CredentialsSource
  /// The sources of a `source_profile`, but for its role.
  let ofProfile: @Sendable (String) -> any CredentialsSource

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    guard let chain = try chain() else { return nil }
    var source = try await base(chain.base, with: tools)
    for link in chain.links {
      source = try await assume(link, as: source.credentials, with: tools)
    }
    return source
  }

  private func chain() throws(CredentialsError) -> RoleChain? {
    let profiles = try files.profiles(for: name)
    guard let settings = profiles[profile], RoleChain.isRole(settings) else { return nil }
    do throws(RoleChain.Problem) {
      return try RoleChain(from: profile, in: profiles)
    } catch {
      throw failure(error.profile, error.reason)
    }
  }

  private func base(
    _ base: RoleChain.Base, with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials {
    switch base {
    case .profile(let profile):
      guard let resolved = try await ofProfile(profile).resolve(with: tools) else {
        throw failure(profile, "it is a source_profile, and has no credentials")
      }
      return resolved
    case .source(let source, let profile):
      guard let resolved = try await named(source).resolve(with: tools) else {
        throw failure(profile, "its credential_source \(source.rawValue) has no credentials")
      }
      return resolved
    }
  }

  private func assume(
    _ link: RoleChain.Link, as source: Credentials, with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials {
    let assumed: STSClient.AssumedRole
    do throws(AWSError) {
      assumed = try await sts.assumeRole(
        link.settings.role(at: tools.clock()), as: source, with: tools)
    } catch {
      throw failure(
        link.profile,
        "\(link.settings.arn) can't be assumed: \(error.explanation(of: "STS", at: sts.endpoint))")
    }
    return ResolvedCredentials(
      assumed, origin: "\(name) (\(link.settings.arn), profile \(link.profile))")
  }

  private func failure(_ profile: String, _ reason: String) -> CredentialsError {
    CredentialsError(source: name, "the profile \(profile) (\(files.configPath)): \(reason)")
  }
}

extension ResolvedCredentials {
  init(_ assumed: STSClient.AssumedRole, origin: String) {
    self.init(
      assumed.credentials.credentials, expiration: assumed.credentials.expiration,
      accountID: assumed.accountID, origin: origin)
  }
}
