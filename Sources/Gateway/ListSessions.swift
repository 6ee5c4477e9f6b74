import Athena
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// `GET /sessions`: ListSessions.
  func listSessions(
    _ request: Request, _ context: RequestContext
  ) async throws -> Response {
    let query = try ListQuery(
      request.query, states: SessionState.known.map(\.rawValue), more: ["workGroup"])
    guard let workGroup = query["workGroup"] ?? configuration.sessions.workGroup else {
      throw Problem(
        query: "workGroup", "is required: the gateway has no --work-group of its own")
    }
    if let fault = Shape.workGroup.fault(in: .string(workGroup)) {
      throw Problem(query: "workGroup", fault)
    }
    try context.check(.get, onSessionsOf: workGroup)
    let page = try await athena.listSessions(workGroup: workGroup, query.listing)
    return .list(
      "sessions", page, of: SessionSummary.members, path: configuration.basePath.sessions, query)
  }
}
