import Athena
import HTTPMessage
import JSON

extension Gateway {
  /// `GET /sessions/{sessionId}/executors`: ListExecutors.
  func listExecutors(_ sessionID: String, _ request: Request) async throws -> Response {
    let query = try ListQuery(request.query, states: ExecutorState.known.map(\.rawValue))
    let page = try await athena.listExecutors(sessionID: sessionID, query.listing)
    return .list(
      "executors", page, of: ExecutorsSummary.members,
      path: configuration.basePath.executors(of: sessionID), query)
  }
}
