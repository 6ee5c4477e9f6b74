import Athena
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// `GET …/code`: GetCalculationExecutionCode.
  func getCode(
    _ sessionID: String, _ calculationID: String, _ request: Request
  ) async throws -> Response {
    _ = try Query(request.query)
    let isTerminal = try await isTerminal(calculationID, of: sessionID)
    let code = try await athena.getCalculationExecutionCode(calculationID)
    let response = Response(
      status: .ok, fields: [.contentType: "text/x-python; charset=utf-8"],
      content: .bytes(Array(code.utf8)))
    return response.conditional(on: request.fields, isFinal: isTerminal)
  }

  /// Whether the session's calculation has ended: Athena is asked until it has.
  private func isTerminal(
    _ calculationID: String, of sessionID: String
  ) async throws(Problem) -> Bool {
    let proof = try shared.provedPairs.proof(of: calculationID, in: sessionID)
    if let proof, proof.isTerminal { return true }
    return try await calculation(calculationID, of: sessionID).isTerminal
  }
}
