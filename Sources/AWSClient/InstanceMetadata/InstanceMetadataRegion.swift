/// The region of the EC2 instance that this machine is.
public struct InstanceMetadataRegion: Sendable {
  private let environment: AWSEnvironment
  private let files: ProfileFiles

  public init(_ environment: AWSEnvironment, _ files: ProfileFiles) {
    self.environment = environment
    self.files = files
  }

  /// Asks the instance metadata service. On the loop of the tools.
  ///
  /// - Returns: nil where there is none, as on any machine but an EC2 instance.
  /// - Throws: What is wrong with the settings or the answer; its source is `instance-metadata`.
  public func region(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> Region? {
    let metadata = try await InstanceMetadata(
      askedBy: "instance-metadata", environment, files, with: tools)
    guard let metadata,
      case .success(let text) = try await metadata.line(of: "meta-data/placement/region")
    else { return nil }
    guard let region = Region(text) else { throw metadata.error("answered with what is no region") }
    return region
  }
}
