extension Profiles {
  /// What both files say to one profile.
  struct Reached: Equatable {
    fileprivate let profile: String
    fileprivate let inConfigFile: Settings?
    fileprivate let inCredentialsFile: Settings?
    fileprivate let ssoSession: Settings?
  }

  /// All that credentials can depend on: what the files say to the profile in use, and to those that it
  /// leads to by `source_profile`. The rest is other people's.
  var reach: [Reached] {
    var reach: [Reached] = []
    var visited: Set<String> = []
    var next: String? = name
    while let profile = next, visited.insert(profile).inserted {
      let settings = self[profile]
      reach.append(
        Reached(
          profile: profile, inConfigFile: inConfigFile(profile),
          inCredentialsFile: inCredentialsFile(profile),
          ssoSession: settings?["sso_session"].flatMap(ssoSession)))
      next = settings?["source_profile"]
    }
    return reach
  }
}
