import Athena
import HTTPMessage
import JSON

extension Gateway {
  /// `GET /sessions/{sessionId}/calculations`: ListCalculationExecutions.
  func listCalculations(_ sessionID: String, _ request: Request) async throws -> Response {
    let query = try ListQuery(request.query, states: CalculationState.known.map(\.rawValue))
    let page = try await athena.listCalculationExecutions(sessionID: sessionID, query.listing)
    return .list(
      "calculations", page, of: CalculationSummary.members,
      path: configuration.basePath.calculations(of: sessionID), query)
  }
}
