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

  /// - Parameters:
  ///   - sessionName: An empty one is none, as botocore has it.
  ///   - externalID: The settings of a web identity have none of these two.
  init(
    arn: String, sessionName: String?, externalID: String? = nil, durationSeconds: String? = nil
  ) throws(Problem) {
    let sessionName = sessionName == "" ? nil : sessionName
    try Self.check(arn, "role_arn", 20...2048, others: nil)
    try Self.check(sessionName, "role_session_name", 2...64, others: "_+=,.@-")
    try Self.check(externalID, "external_id", 2...1224, others: "_+=,.@-:/")
    self.arn = arn
    self.sessionName = sessionName
    self.externalID = externalID
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

  /// - Parameter others: The characters that are allowed beside letters and digits; nil for all that are
  ///   visible, as a role's path may have.
  private static func check(
    _ text: String?, _ name: String, _ lengths: ClosedRange<Int>, others: String?
  ) throws(Problem) {
    guard let text else { return }
    guard lengths.contains(text.utf8.count) else {
      throw Problem(
        reason: """
          \(name) must have \(lengths.lowerBound) to \(lengths.upperBound) characters, \
          and has \(text.utf8.count)
          """)
    }
    let isAllowed = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: others.map { $0.utf8.contains(byte) } ?? (0x21...0x7E).contains(byte)
      }
    }
    guard isAllowed else {
      throw Problem(
        reason: "\(name) may have ASCII letters, digits and \(others ?? "punctuation") only")
    }
  }
}
