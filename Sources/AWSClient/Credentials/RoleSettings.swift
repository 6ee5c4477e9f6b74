/// What of a role's settings is sent to STS, checked by the figures of its model: a mistake is told here,
/// with the setting's name, and not by STS, with a parameter's.
struct RoleSettings {
  /// A setting that can't be sent: the rest of a sentence about where it stands.
  struct Problem: Error {
    let reason: String
  }

  let arn: String
  let sessionName: String?
  let externalID: String?
  let durationSeconds: Int?

  /// - Parameter externalID: The settings of a web identity have none of these two.
  init(
    arn: String, sessionName: String?, externalID: String? = nil, durationSeconds: String? = nil
  ) throws(Problem) {
    self.arn = try Self.checked(arn, "role_arn", 20...2048)
    self.sessionName = try sessionName.map { text throws(Problem) in
      try Self.checked(text, "role_session_name", 2...64)
    }
    self.externalID = try externalID.map { text throws(Problem) in
      try Self.checked(text, "external_id", 2...1224)
    }
    // botocore passes over what is no number, and so does the aws command.
    self.durationSeconds = durationSeconds.flatMap { Int($0) }
    if let seconds = self.durationSeconds, !(900...43200).contains(seconds) {
      throw Problem(reason: "duration_seconds must be from 900 to 43200, and is \(seconds)")
    }
  }

  /// The role to ask STS for now. A session without a name of its own says in CloudTrail what it is.
  func role(at second: Int) -> STSClient.Role {
    STSClient.Role(
      arn: arn, sessionName: sessionName ?? "athena-gateway-\(second)", externalID: externalID,
      durationSeconds: durationSeconds)
  }

  /// STS's patterns: `[\w+=,.@-]*`, of external ids and ARNs with `:` and `/` besides.
  private static func checked(
    _ text: String, _ name: String, _ lengths: ClosedRange<Int>
  ) throws(Problem) -> String {
    guard lengths.contains(text.utf8.count) else {
      throw Problem(
        reason: """
          \(name) must have \(lengths.lowerBound) to \(lengths.upperBound) characters, \
          and has \(text.utf8.count)
          """)
    }
    let others = name == "role_session_name" ? "_+=,.@-" : "_+=,.@-:/"
    let isAllowed = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || others.unicodeScalars.contains($0)
    }
    guard isAllowed else {
      throw Problem(reason: "\(name) may have letters, digits and \(others) only")
    }
    return text
  }
}
