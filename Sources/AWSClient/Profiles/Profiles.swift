/// What the config file and the credentials file say together: botocore's `full_config`.
public struct Profiles: Sendable {
  /// The name of the profile that is in use.
  public let name: String
  /// Its settings; none where nobody named it and it is not there.
  public let settings: Settings

  private let all: [String: Settings]
  private let inConfigFile: [String: Settings]
  private let credentialsFile: SharedFile
  private let ssoSessions: [String: Settings]
  private let services: [String: Settings]

  /// - Returns: nil where the profile was named and is in neither file.
  init?(name: String, isNamed: Bool, config: SharedFile, credentials: SharedFile) {
    inConfigFile = config.named("profile")
    credentialsFile = credentials
    var all = inConfigFile
    for heading in credentials.headings {
      guard let settings = credentials[heading] else { continue }
      all[heading] = (all[heading] ?? Settings()).overlaid(by: settings)
    }
    guard !isNamed || all[name] != nil else { return nil }
    self.name = name
    self.all = all
    settings = all[name] ?? Settings()
    ssoSessions = config.named("sso-session")
    services = config.named("services")
  }

  /// A profile of this name, as a `source_profile` names it: the config file's settings with those of
  /// the credentials file over them.
  public subscript(profile: String) -> Settings? { all[profile] }

  /// What the config file by itself has for that profile.
  func inConfigFile(_ profile: String) -> Settings? { inConfigFile[profile] }

  /// What the credentials file by itself has for that profile.
  func inCredentialsFile(_ profile: String) -> Settings? { credentialsFile[profile] }

  /// The settings of `[sso-session name]`.
  public func ssoSession(_ name: String) -> Settings? { ssoSessions[name] }

  /// The settings of `[services name]`, a group for each service.
  public func services(_ name: String) -> Settings? { services[name] }
}
