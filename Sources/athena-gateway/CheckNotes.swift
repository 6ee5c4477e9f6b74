import AWSClient
import Glibc

/// What is no error in the settings, and yet may not be what somebody meant.
struct CheckNotes {
  private(set) var list: [String] = []

  /// - Parameter region: nil where there is none.
  init(
    _ flags: AWSSettings.Flags, _ environment: [String: String], _ files: SharedFilesState,
    region: Region?
  ) {
    let variables = AWSEnvironment(environment)
    noteKeys(flags, variables, files.profiles?.settings)
    noteFiles(variables, files)
    noteValues(flags, variables, files)
    if let region, let oddity = region.oddity { list.append("the region \(region) \(oddity)") }
    noteExceptions(environment)
  }

  private mutating func noteKeys(
    _ flags: AWSSettings.Flags, _ environment: AWSEnvironment, _ profile: Settings?
  ) {
    guard environment["AWS_ACCESS_KEY_ID"] != nil else {
      if environment["AWS_SECRET_ACCESS_KEY"] != nil {
        list.append("AWS_SECRET_ACCESS_KEY is not used, since AWS_ACCESS_KEY_ID is not set")
      }
      return
    }
    let names = [
      "aws_access_key_id", "role_arn", "sso_account_id", "sso_role_name", "credential_process",
    ]
    let variable = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"].first { environment[$0] != nil }
    guard flags.profile == nil, let variable, let profile, names.contains(where: profile.has) else {
      return
    }
    list.append(
      "AWS_ACCESS_KEY_ID outranks the credentials of the profile that \(variable) names: unset it, or give "
        + "--profile")
  }

  /// What botocore takes as it is, or passes over.
  private mutating func noteValues(
    _ flags: AWSSettings.Flags, _ environment: AWSEnvironment, _ files: SharedFilesState
  ) {
    let names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]
    let variables =
      flags.profile == nil ? names.map { ($0.uppercased(), environment[$0.uppercased()]) } : []
    let settings = names.map {
      ("\($0) of the profile \(files.profile)", files.profiles?.settings[$0])
    }
    for (name, value) in variables + settings {
      guard let value, let first = value.first, let last = value.last else { continue }
      if [first, last].contains(where: { "\"'".contains($0) || $0.isWhitespace }) {
        list.append(
          "\(name) has a quotation mark or a blank at an end, which is taken for a part of it")
      }
    }
    if let duration = files.profiles?.settings["duration_seconds"], Int(duration) == nil {
      list.append(
        "duration_seconds of the profile \(files.profile) is no number of seconds, and not used")
    }
  }

  /// Those that somebody named; the usual ones need not be there.
  private mutating func noteFiles(_ environment: AWSEnvironment, _ files: SharedFilesState) {
    for (variable, file) in [
      ("AWS_CONFIG_FILE", files.config), ("AWS_SHARED_CREDENTIALS_FILE", files.credentials),
    ] where environment[variable] != nil {
      if let absence = file.absence { list.append("\(variable): \(file.path) is \(absence)") }
    }
  }

  /// By urllib's rules an entry is a name or the end of one, and nothing else.
  private mutating func noteExceptions(_ environment: [String: String]) {
    for variable in ["no_proxy", "NO_PROXY"] {
      guard let value = environment[variable] else { continue }
      let entries = value.split(separator: ",").map { $0.drop { $0 == " " }.prefix { $0 != " " } }
      for entry in entries where entries.count > 1 || entry != "*" {
        let nothing = "\(variable): '\(entry.prefix(100))' matches no host:"
        if entry.contains("*") {
          list.append("\(nothing) write the end of the name, without an asterisk")
        } else if entry.contains("/") {
          list.append("\(nothing) write names, not networks or URLs")
        }
      }
      return
    }
  }
}
