import JSON

extension AthenaClient {
  /// Asks for a session's end, which comes later; of one that has ended already nothing changes.
  public func terminateSession(_ sessionID: String) async throws(AthenaError) -> SessionState {
    try await call("TerminateSession", Self.body("SessionId", sessionID)) { reader in
      reader.string("State").map(SessionState.init(rawValue:))
    }
  }
}
