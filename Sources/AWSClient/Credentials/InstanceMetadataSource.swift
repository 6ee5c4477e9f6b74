/// The credentials of the role of the EC2 instance that this machine is, from its metadata service.
struct InstanceMetadataSource: CredentialsSource {
  let name = "iam-role"

  private static let path = "meta-data/iam/security-credentials/"

  private let environment: AWSEnvironment
  private let files: ProfileFiles
  private let advice: String

  /// - Parameter advice: What to say where there is no service, or none that has a role: nobody can tell
  ///   such a machine from one on which nothing is configured.
  init(_ environment: AWSEnvironment, _ files: ProfileFiles, advice: String? = nil) {
    self.environment = environment
    self.files = files
    self.advice = advice.map { "; \($0)" } ?? ""
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let metadata = try await InstanceMetadata(askedBy: name, environment, files, with: tools)
    guard let metadata else { return nil }
    let role = try found(try await metadata.line(of: Self.path), metadata)
    guard Self.isRoleName(role) else {
      throw metadata.error("answered with what is no role's name")
    }
    let content = try found(try await metadata.content(of: Self.path + role), metadata)
    do throws(MetadataAnswer.Problem) {
      let answer = try MetadataAnswer(content)
      if let refusal = answer.refusal {
        throw MetadataAnswer.Problem(reason: "is an error, \(refusal)")
      }
      return try answer.credentials(origin: "\(name), role \(role)").extended(at: tools.clock())
    } catch {
      throw metadata.error("has no credentials for the role \(role): its answer \(error.reason)")
    }
  }

  private func found<Value>(
    _ result: Result<Value, InstanceMetadata.Absence>, _ metadata: InstanceMetadata
  ) throws(CredentialsError) -> Value {
    switch result {
    case .success(let value): return value
    case .failure(let absence): throw metadata.error(absence.reason + advice)
    }
  }

  /// IAM's rule for the name of a role, which becomes a part of a path here.
  private static func isRoleName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "+=,.@_-".utf8.contains(byte)
        }
      }
  }
}

extension ResolvedCredentials {
  /// The same, with an end in the future. When the metadata service can't renew credentials it hands
  /// out those that have ended, and AWS's services then take them for longer: botocore tries again after
  /// 15 minutes and 2 to 10 more. It extends what is about to end as well, which it would otherwise
  /// ask for at each call; the windows here shrink with the lifetime instead.
  fileprivate func extended(at now: Int) -> ResolvedCredentials {
    guard let expiration, expiration <= now else { return self }
    return ResolvedCredentials(
      credentials, expiration: now + 15 * 60 + Int.random(in: 120...600), accountID: accountID,
      origin: origin)
  }
}
