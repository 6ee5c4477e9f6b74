public import JSON

/// StartSession: asks for a session of a workgroup.
public enum StartSession {
  /// The members of its input.
  public static let members = [
    Shape.Member("Description", .description),
    Shape.Member("WorkGroup", .workGroup, isRequired: true),
    Shape.Member("EngineConfiguration", .engineConfiguration, isRequired: true),
    Shape.Member("ExecutionRole", .roleARN),
    Shape.Member("MonitoringConfiguration", .monitoringConfiguration),
    Shape.Member("NotebookVersion", .name),
    Shape.Member("SessionIdleTimeoutInMinutes", .sessionIdleTimeoutInMinutes),
    Shape.Member("ClientRequestToken", .clientRequestToken),
    Shape.Member(
      "Tags",
      .list(
        .structure([
          Shape.Member("Key", .string(length: 1...128)),
          Shape.Member("Value", .string(length: 0...256)),
        ]))),
    Shape.Member("CopyWorkGroupTags", .boolean),
  ]

  /// The session that was asked for.
  public struct Output: Sendable, Equatable {
    /// 1 to 256 characters.
    public var sessionID: String
    public var state: SessionState
  }
}

extension AthenaClient {
  /// - Parameter input: In Athena's names, as ``StartSession/members`` has them.
  public func startSession(_ input: JSONObject) async throws(AthenaError) -> StartSession.Output {
    var writer = JSONWriter(reserving: 1024)
    writer.value(.object(input))
    return try await call("StartSession", writer.bytes) { reader in
      guard let id = reader.string("SessionId"), !id.isEmpty, let state = reader.string("State")
      else { return nil }
      return .init(sessionID: id, state: SessionState(rawValue: state))
    }
  }
}
