/// What the config file and the credentials file say together: botocore's `full_config`.
public struct Profiles: Sendable, Equatable {
  /// The name of the profile that is in use.
  public let name: String
  /// Its settings; none where nobody named it and it is not there.
  public let settings: Settings

  private let all: [String: Settings]
  private let ssoSessions: [String: Settings]
  private let services: [String: Settings]
  /// The profile in use, as each file has it by itself.
  let inConfigFile: Settings?
  let inCredentialsFile: Settings?

  /// - Returns: nil where the profile was named and is in neither file.
  init?(name: String, isNamed: Bool, config: SharedFile, credentials: SharedFile) {
    let profiles = config.named("profile")
    var all = profiles
    for section in credentials.sections {
      all[section.name] = (all[section.name] ?? Settings()).overlaid(by: section.settings)
    }
    guard !isNamed || all[name] != nil else { return nil }
    self.name = name
    self.all = all
    settings = all[name] ?? Settings()
    ssoSessions = config.named("sso-session")
    services = config.named("services")
    inConfigFile = profiles[name]
    inCredentialsFile = credentials[name]
  }

  /// A profile of this name, as a `source_profile` names it: the config file's settings with those of
  /// the credentials file over them.
  public subscript(profile: String) -> Settings? { all[profile] }

  /// The settings of `[sso-session name]`.
  public func ssoSession(_ name: String) -> Settings? { ssoSessions[name] }

  /// The settings of `[services name]`, a group for each service.
  public func services(_ name: String) -> Settings? { services[name] }
}
