import AWSClient
import Files

/// The profile in use and the files that it was looked for in.
struct SharedFilesState {
  struct File {
    let path: String
    /// nil for a file that is there.
    let absence: String?

    init(_ path: String) {
      self.path = path
      absence =
        switch LocalFile.Presence(of: path) {
        case .file: nil
        case .other: "not a file"
        case .missing: "not there"
        case .outOfReach: "out of reach"
        }
    }

    var description: String { path + (absence.map { " (\($0))" } ?? "") }
  }

  let profile: String
  let isNamedByFlag: Bool
  let config: File
  let credentials: File
  /// nil where the files can't be read, or don't have the profile that is named.
  let profiles: Profiles?

  init(_ files: ProfileFiles) {
    profile = files.profile
    isNamedByFlag = files.isNamedByFlag
    config = File(files.configPath)
    credentials = File(files.credentialsPath)
    profiles = try? files.profiles()
  }

  /// What to say where nothing gives credentials.
  var withoutCredentials: String {
    let place =
      "none is configured: the profile \(profile) has none, in \(config.description) or \(credentials.description)"
    return isNamedByFlag
      ? "\(place), and no container or EC2 instance gives any; put keys, a role, an SSO session or a "
        + "credential_process into it, or leave --profile out"
      : "\(place), nor has the environment, and no container or EC2 instance gives any; set "
        + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put keys, a role, an SSO session or a "
        + "credential_process into the profile"
  }
}
