/// The credentials of a role that somebody's login with IAM Identity Center (`aws sso login`) opens.
struct SSOSource: CredentialsSource {
  /// How long before its end a token is renewed, in seconds.
  private static let refreshWindow = 15 * 60

  let name = "sso"
  let profile: String
  let files: ProfileFiles
  let environment: AWSEnvironment
  let endpoints: Endpoints
  let unsaved: UnsavedTokens
  /// Puts a token's new file in the place of the old one.
  var write: @Sendable (SSOTokenFile, [UInt8]) async throws(SSOTokenFile.Problem) -> Void = {
    (file, content) async throws(SSOTokenFile.Problem) in try await file.write(content)
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    guard let settings = try settings() else { return nil }
    let client = try client(in: settings.region)
    let token = try await token(settings, client, with: tools)
    let credentials: TemporaryCredentials
    do throws(AWSError) {
      credentials = try await client.roleCredentials(
        roleName: settings.roleName, accountID: settings.accountID,
        accessToken: token.accessToken, with: tools)
    } catch {
      throw failure(settings, error, at: client.portal)
    }
    return ResolvedCredentials(
      credentials.credentials, expiration: credentials.expiration, accountID: settings.accountID,
      origin: "\(name) (\(settings.roleName.onOneLine), profile \(profile))")
  }

  private func settings() throws(CredentialsError) -> SSOSettings? {
    let profiles = try files.profiles(for: name)
    guard let settings = profiles[profile] else { return nil }
    do throws(SSOSettings.Problem) {
      return try SSOSettings(settings, in: profiles)
    } catch {
      throw failure("the profile \(profile) (\(files.configPath)): \(error.reason)")
    }
  }

  private func client(in region: Region) throws(CredentialsError) -> IdentityCenterClient {
    do throws(SettingsProblem) {
      return IdentityCenterClient(
        portal: try endpoints.endpoint(of: .sso, in: region),
        oidc: try endpoints.endpoint(of: .ssoOIDC, in: region))
    } catch {
      throw failure(error.description)
    }
  }

  // MARK: The token

  /// That of the file, renewed where its end is near. Where that fails, it does until its end.
  private func token(
    _ settings: SSOSettings, _ client: IdentityCenterClient, with tools: CredentialsTools
  ) async throws(CredentialsError) -> SSOToken {
    let named = settings.session ?? settings.startURL
    guard let file = SSOTokenFile(name: named, environment: environment) else {
      throw failure("OpenSSL has no SHA-1 here, which names the files of tokens")
    }
    let saved: SSOToken
    do throws(SSOTokenFile.Problem) {
      saved = try await file.read(on: tools.loop)
    } catch {
      throw failure("the token file \(file.path) \(error.reason): \(login(settings))")
    }
    let token = unsaved.token(inPlaceOf: saved, in: file.path) ?? saved
    // The older form of a profile has nothing to renew a token with.
    guard settings.session != nil, token.end - tools.clock() < Self.refreshWindow else {
      guard !tools.hasEnded(token.end) else { throw ended(settings, file) }
      return token
    }
    switch await renewed(token, client, with: tools) {
    case .success(let renewed):
      await save(renewed, inPlaceOf: saved, settings, file, with: tools)
      return renewed
    case .failure(let refusal):
      guard !tools.hasEnded(token.end) else { throw ended(settings, file, refusal.reason) }
      return token
    }
  }

  /// Why a token was not renewed.
  private struct Refusal: Error {
    let reason: String
  }

  private func renewed(
    _ token: SSOToken, _ client: IdentityCenterClient, with tools: CredentialsTools
  ) async -> Result<SSOToken, Refusal> {
    guard let registration = token.registration else {
      return .failure(Refusal(reason: "it has nothing to be renewed with"))
    }
    guard !registration.hasEnded(tools) else {
      return .failure(Refusal(reason: "its registration has ended too"))
    }
    do throws(AWSError) {
      return .success(try await client.renew(registration, with: tools))
    } catch {
      return .failure(
        Refusal(reason: error.explanation(of: "IAM Identity Center", at: client.oidc)))
    }
  }

  /// The old refresh token is used up: where its file can't be written, this process alone has the new one.
  private func save(
    _ token: SSOToken, inPlaceOf saved: SSOToken, _ settings: SSOSettings, _ file: SSOTokenFile,
    with tools: CredentialsTools
  ) async {
    // Before the wait, which may have no end: it is given up with this refresh.
    unsaved.keep(token, inPlaceOf: saved, in: file.path)
    do throws(SSOTokenFile.Problem) {
      try await write(file, token.json(settings))
      unsaved.forget(token, in: file.path)
    } catch {
      guard unsaved.isFirstFailure(in: file.path) else { return }
      tools.warn(
        failure(
          """
          the token was renewed, but its file \(file.path) \(error.reason): the gateway keeps it until it \
          ends; let its user write there, and before the next start \(login(settings))
          """))
    }
  }

  // MARK: Messages

  private func ended(
    _ settings: SSOSettings, _ file: SSOTokenFile, _ reason: String? = nil
  ) -> CredentialsError {
    let why = reason.map { ", and was not renewed: \($0)" } ?? ""
    return failure("the token of \(file.path) has ended\(why): \(login(settings))")
  }

  private func failure(
    _ settings: SSOSettings, _ error: AWSError, at portal: Endpoint
  ) -> CredentialsError {
    let explanation = error.explanation(of: "the portal of IAM Identity Center", at: portal)
    guard case .service(let error) = error, error.status == 401 else { return failure(explanation) }
    return failure("\(explanation): the login has ended or was withdrawn; \(login(settings))")
  }

  private func login(_ settings: SSOSettings) -> String {
    "run `aws sso login \(settings.session.map { "--sso-session \($0)" } ?? "--profile \(profile)")`"
  }

  private func failure(_ reason: String) -> CredentialsError {
    CredentialsError(source: name, reason)
  }
}
