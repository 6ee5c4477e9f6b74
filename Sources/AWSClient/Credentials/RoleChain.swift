/// The roles that a profile leads to, one after the other, and whose credentials assume the first.
struct RoleChain {
  /// A profile's role.
  struct Link {
    let profile: String
    let settings: RoleSettings
  }

  /// Where the credentials are from that are no role's of the chain.
  enum Base: Equatable {
    /// A profile without `role_arn`, or one with keys of its own.
    case profile(String)
    /// A `credential_source`, and the profile that names it.
    case source(NamedSource, profile: String)
  }

  /// What `credential_source` may name.
  enum NamedSource: String, CaseIterable {
    case environment = "Environment"
    case instance = "Ec2InstanceMetadata"
    case container = "EcsContainer"
  }

  /// A chain that can't be followed: what is wrong with the settings of which profile.
  struct Problem: Error, Equatable {
    let profile: String
    let reason: String
  }

  /// In the order in which they are assumed; the last one is the profile's own.
  let links: [Link]
  let base: Base

  /// Whether a profile is one of a role that this chain can assume; with a web identity it is another
  /// source's.
  static func isRole(_ settings: Settings) -> Bool {
    settings.has("role_arn") && !settings.has("web_identity_token_file")
  }

  /// Follows `source_profile` from a profile that is a role, as botocore does.
  init(from profile: String, in profiles: Profiles) throws(Problem) {
    var backwards: [Link] = []
    var visited: Set = [profile]
    var current = profile
    while true {
      let settings = profiles[current] ?? Settings()
      backwards.append(try Self.link(current, settings))
      if let base = try Self.namedSource(current, settings) {
        (links, self.base) = (backwards.reversed(), base)
        return
      }
      let next = try Self.sourceProfile(current, settings, in: profiles, visited: visited)
      let source = profiles[next] ?? Settings()
      guard Self.isRole(source), !Self.hasKeys(source) else {
        (links, base) = (backwards.reversed(), .profile(next))
        return
      }
      visited.insert(next)
      current = next
    }
  }

  private static func link(_ profile: String, _ settings: Settings) throws(Problem) -> Link {
    guard !settings.has("mfa_serial") else {
      throw Problem(
        profile: profile,
        reason: """
          it has an mfa_serial, and nobody is there to type the device's code: \
          give the gateway a role that asks for none
          """)
    }
    do throws(RoleSettings.Problem) {
      return Link(
        profile: profile,
        settings: try RoleSettings(
          arn: settings["role_arn"] ?? "", sessionName: settings["role_session_name"],
          externalID: settings["external_id"], durationSeconds: settings["duration_seconds"]))
    } catch {
      throw Problem(profile: profile, reason: error.reason)
    }
  }

  /// nil where the profile names a `source_profile` instead.
  private static func namedSource(
    _ profile: String, _ settings: Settings
  ) throws(Problem) -> Base? {
    guard let name = settings["credential_source"] else { return nil }
    guard settings["source_profile"] == nil else {
      throw Problem(
        profile: profile, reason: "it has both source_profile and credential_source: remove one")
    }
    guard let source = NamedSource(rawValue: name) else {
      let names = NamedSource.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem(
        profile: profile,
        reason: "its credential_source must be one of \(names), and is '\(name.onOneLine)'")
    }
    return .source(source, profile: profile)
  }

  private static func sourceProfile(
    _ profile: String, _ settings: Settings, in profiles: Profiles, visited: Set<String>
  ) throws(Problem) -> String {
    guard let next = settings["source_profile"] else {
      throw Problem(
        profile: profile,
        reason: """
          it has a role_arn and neither source_profile nor credential_source, \
          which say who assumes the role: add one
          """)
    }
    guard let source = profiles[next] else {
      throw Problem(
        profile: profile, reason: "its source_profile '\(next.onOneLine)' is in neither file")
    }
    // A profile may name itself, for the keys that stand beside its role_arn.
    guard !visited.contains(next) || next == profile && hasKeys(source) else {
      throw Problem(
        profile: profile,
        reason: "its source_profile '\(next.onOneLine)' leads back to where the chain came from")
    }
    return next
  }

  private static func hasKeys(_ settings: Settings) -> Bool {
    settings.has("aws_access_key_id") || settings.has("aws_secret_access_key")
  }
}
