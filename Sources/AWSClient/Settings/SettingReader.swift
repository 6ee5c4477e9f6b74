/// Looks settings up where AWS's tools do, and notes what is wrong with them.
struct SettingReader {
  let environment: AWSEnvironment
  let profiles: Profiles?
  private(set) var problems: [String] = []

  init(_ environment: AWSEnvironment, _ profiles: Profiles?) {
    self.environment = environment
    self.profiles = profiles
  }

  mutating func note(_ problem: String) {
    // Two settings can come from one variable.
    if !problems.contains(problem) { problems.append(problem) }
  }

  func variable(_ name: String) -> Setting<String>? {
    environment[name].map { Setting($0, from: name) }
  }

  /// A setting of the profile in use; an empty one is unset.
  func ofProfile(_ name: String) -> Setting<String>? {
    guard let profiles, let value = profiles.settings[name], !value.isEmpty else { return nil }
    return Setting(value, from: "\(name) of the profile \(profiles.name)")
  }

  /// A setting of the `[services …]` section that the profile in use names.
  mutating func ofServices(_ group: String, _ name: String) -> Setting<String>? {
    guard let profiles, let section = profiles.settings["services"] else { return nil }
    guard let services = profiles.services(section) else {
      note(
        "services of the profile \(profiles.name): there is no [services \(section)] in the config file"
      )
      return nil
    }
    guard let value = services[group, name], !value.isEmpty else { return nil }
    return Setting(value, from: "\(name) of \(group) in [services \(section)]")
  }

  /// `true` or `false`. botocore takes all that isn't `true` for false; where that is FIPS which somebody
  /// wanted, he would never know.
  mutating func flag(_ variable: String, _ name: String) -> Setting<Bool>? {
    guard let setting = self.variable(variable) ?? ofProfile(name) else { return nil }
    switch setting.value.lowercased() {
    case "true": return Setting(true, from: setting.source)
    case "false": return Setting(false, from: setting.source)
    default:
      note("\(setting.source): '\(setting.value.prefix(100))' is neither true nor false")
      return nil
    }
  }
}
