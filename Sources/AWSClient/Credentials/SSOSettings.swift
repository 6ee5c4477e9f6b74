/// What of a profile says which account and role of IAM Identity Center it stands for.
struct SSOSettings: Equatable {
  /// Settings that don't fit together: the rest of a sentence about the profile.
  struct Problem: Error, Equatable {
    let reason: String
  }

  let accountID: String
  let roleName: String
  let startURL: String
  let region: Region
  /// The name of the `[sso-session …]`; nil in a profile of the older form, which has all by itself and
  /// whose token nobody can renew.
  let session: String?

  /// nil where the profile is not one of Identity Center: botocore takes either of these two for it.
  init?(_ profile: Settings, in profiles: Profiles) throws(Problem) {
    guard profile.has("sso_account_id") || profile.has("sso_role_name") else { return nil }
    session = profile["sso_session"]
    let shared = try session.map { name throws(Problem) in
      try Self.shared(name, profile, in: profiles)
    }
    let place = session.map { "its [sso-session \($0.onOneLine)]" } ?? "it"
    let all = shared.map(profile.overlaid) ?? profile
    accountID = try Self.value("sso_account_id", of: all, "it")
    roleName = try Self.value("sso_role_name", of: all, "it")
    startURL = try Self.value("sso_start_url", of: shared ?? profile, place)
    let name = try Self.value("sso_region", of: shared ?? profile, place)
    guard let region = Region(name) else {
      throw Problem(reason: "'\(name.onOneLine)', its sso_region, is no name of a region")
    }
    self.region = region
  }

  /// The settings of a session, which may not contradict the profile's.
  private static func shared(
    _ name: String, _ profile: Settings, in profiles: Profiles
  ) throws(Problem) -> Settings {
    guard let shared = profiles.ssoSession(name) else {
      throw Problem(reason: "there is no [sso-session \(name.onOneLine)], which it names")
    }
    let other = shared.values.filter { profile.values[$0.key] ?? $0.value != $0.value }.keys.min()
    if let other {
      throw Problem(
        reason: "its \(other) is another one than that of [sso-session \(name.onOneLine)]")
    }
    return shared
  }

  private static func value(
    _ name: String, of settings: Settings, _ place: String
  ) throws(Problem) -> String {
    guard let value = settings[name], !value.isEmpty else {
      throw Problem(reason: "\(place) has no \(name)")
    }
    return value
  }
}
