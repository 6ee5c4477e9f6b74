public import JSON

/// A session, as GetSession describes it.
public struct Session: Sendable, Equatable {
  public static let members = [
    Shape.Member("SessionId", .sessionID),
    Shape.Member("Status", .sessionStatus),
    Shape.Member("Description", .description),
    Shape.Member("WorkGroup", .workGroup),
    Shape.Member("EngineVersion", .name),
    Shape.Member("EngineConfiguration", .engineConfiguration),
    Shape.Member("NotebookVersion", .name),
    Shape.Member("SessionConfiguration", .sessionConfiguration),
    Shape.Member("MonitoringConfiguration", .monitoringConfiguration),
    Shape.Member(
      "Statistics", .structure([Shape.Member("DpuExecutionInMillis", .integer())])),
  ]

  /// What Athena answered, as far as ``members`` has it.
  public var object: JSONObject

  /// It never changes.
  public var workGroup: String? { object["WorkGroup"]?.asString }

  public var state: SessionState? {
    object["Status"]?["State"]?.asString.map(SessionState.init(rawValue:))
  }
}

extension Session {
  /// One of which no more is known than what StartSession tells.
  public init(_ output: StartSession.Output) {
    let status = JSONObject([.init(name: "State", value: .string(output.state.rawValue))])
    object = JSONObject([
      .init(name: "SessionId", value: .string(output.sessionID)),
      .init(name: "Status", value: .object(status)),
    ])
  }
}

extension AthenaClient {
  public func getSession(_ sessionID: String) async throws(AthenaError) -> Session {
    try await call("GetSession", Self.body("SessionId", sessionID)) { reader in
      Session(object: reader.structure(Session.members, from: .athena))
    }
  }
}
