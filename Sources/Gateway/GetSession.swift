import Athena
import HTTPMessage

extension Gateway {
  /// `GET /sessions/{sessionId}`: GetSession.
  func getSession(_ sessionID: String, _ request: Request) async throws -> Response {
    _ = try Query(request.query)
    let session: Session
    do throws(AthenaError) {
      session = try await athena.getSession(sessionID)
    } catch {
      throw Problem(error)
    }
    let response = Response.json { $0.members(of: session.object, Session.members) }
    return response.conditional(on: request.fields, isFinal: false)
  }
}
