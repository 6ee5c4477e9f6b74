import JSON

/// What of a session changes, as far as the gateway judges by it: GetSession has the rest.
public struct SessionStatus: Sendable, Equatable {
  public var state: SessionState?
  public var stateChangeReason: String?

  public init(state: SessionState? = nil, stateChangeReason: String? = nil) {
    self.state = state
    self.stateChangeReason = stateChangeReason
  }
}

extension SessionStatus {
  init(_ reader: inout JSONObjectReader) {
    state = reader.string("State").map(SessionState.init(rawValue:))
    stateChangeReason = reader.string("StateChangeReason")
  }
}

extension AthenaClient {
  public func getSessionStatus(_ sessionID: String) async throws(AthenaError) -> SessionStatus {
    try await call("GetSessionStatus", Self.body("SessionId", sessionID)) { reader in
      reader.object("Status", reading: SessionStatus.init) ?? SessionStatus()
    }
  }
}
