import Athena
import HTTPMessage

extension Gateway {
  /// `GET /sessions/{sessionId}`: GetSession.
  func getSession(
    _ sessionID: String, _ request: Request, _ context: RequestContext
  ) async throws -> Response {
    _ = try Query(request.query)
    let session =
      if let wait = preferredWait(request) {
        try await self.session(sessionID, during: wait, request, context)
      } else {
        try await self.session(sessionID)
      }
    let response = Response.json { $0.members(of: session.object, Session.members) }
      .applyingPreference(of: request)
    return response.conditional(on: request.fields, isFinal: false)
  }

  private func session(_ sessionID: String) async throws(Problem) -> Session {
    do throws(AthenaError) {
      return try await athena.getSession(sessionID)
    } catch {
      throw Problem(error)
    }
  }

  /// The session once it takes calculations or has ended, or as it is at the end of the wait.
  private func session(
    _ sessionID: String, during wait: Wait, _ request: Request, _ context: RequestContext
  ) async throws(Problem) -> Session {
    let watcher = watch(session: sessionID)
    let first = try await known(watcher, during: wait)
    // It may have been IDLE before, and take a calculation since.
    let session = try await settled(first, watcher, during: wait, after: watcher.poll) {
      $0.isSettled
    }
    try await judgeAgain(request, context)
    return session
  }
}
