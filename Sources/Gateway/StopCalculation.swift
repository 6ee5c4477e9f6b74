import Athena
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// `DELETE /sessions/{sessionId}/calculations/{calculationId}`: StopCalculationExecution. The end comes
  /// later, so that it is 202.
  func stopCalculation(
    _ sessionID: String, _ calculationID: String, _ request: Request
  ) async throws -> Response {
    _ = try Query(request.query)
    try await prove(calculationID, of: sessionID)
    let state = try await athena.stopCalculationExecution(calculationID)
    return .json(status: .accepted) { writer in
      writer.member("calculationExecutionId", calculationID)
      writer.member("state", state.rawValue)
    }
  }
}
