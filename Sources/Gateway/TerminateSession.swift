import Athena
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// `DELETE /sessions/{sessionId}`: TerminateSession. The end comes later, so that it is 202.
  func terminateSession(_ sessionID: String, _ request: Request) async throws -> Response {
    _ = try Query(request.query)
    let state = try await athena.terminateSession(sessionID)
    return .json(status: .accepted) { writer in
      writer.member("sessionId", sessionID)
      writer.member("state", state.rawValue)
    }
  }
}
