import Athena
import CivilTime
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// `GET /sessions/{sessionId}/calculations/{calculationId}`: GetCalculationExecution.
  func getCalculation(
    _ sessionID: String, _ calculationID: String, _ request: Request
  ) async throws -> Response {
    _ = try Query(request.query)
    let calculation = try await calculation(calculationID, of: sessionID)
    let response = Response.json { calculation.write(to: &$0) }
    return response.conditional(on: request.fields, isFinal: calculation.isTerminal)
  }

  /// The calculation, if it is the session's. Athena addresses calculations by their id alone: without
  /// this proof a path could name any session.
  func calculation(
    _ calculationID: String, of sessionID: String
  ) async throws(Problem) -> CalculationExecution {
    let calculation: CalculationExecution
    do throws(AthenaError) {
      calculation = try await athena.getCalculationExecution(calculationID)
    } catch {
      throw Problem(error)
    }
    // An answer that names no session proves nothing, not even that there is no such calculation.
    guard let owner = calculation.sessionID else {
      throw Problem(.badAnswer, "GetCalculationExecution answered without a SessionId")
    }
    shared.provedPairs.record(calculationID, of: owner, isTerminal: calculation.isTerminal)
    // Bytes, since String compares by canonical equivalence and ids don't.
    guard owner.utf8.elementsEqual(sessionID.utf8) else { throw ProvedPairs.foreign }
    return calculation
  }

  /// Proves that the calculation is the session's.
  func prove(_ calculationID: String, of sessionID: String) async throws(Problem) {
    guard try shared.provedPairs.proof(of: calculationID, in: sessionID) == nil else { return }
    _ = try await calculation(calculationID, of: sessionID)
  }
}

extension CalculationExecution {
  var isTerminal: Bool { status.state?.isTerminal ?? false }

  /// The members of its JSON form: Athena's, flattened, and no other.
  fileprivate func write(to writer: inout JSONWriter) {
    writer.member("sessionId", sessionID)
    writer.member("calculationExecutionId", calculationExecutionID)
    writer.member("state", status.state?.rawValue)
    writer.member("stateChangeReason", status.stateChangeReason)
    writer.member("description", description)
    writer.member("submissionDateTime", status.submissionDateTime.map(rfc3339))
    writer.member("completionDateTime", status.completionDateTime.map(rfc3339))
    writer.member("progress", statistics.progress)
    writer.member("dpuExecutionInMillis", statistics.dpuExecutionInMillis)
    writer.member("stdOutS3Uri", result.stdOutS3Uri)
    writer.member("stdErrorS3Uri", result.stdErrorS3Uri)
    writer.member("resultS3Uri", result.resultS3Uri)
    writer.member("resultType", result.resultType)
    writer.member("workingDirectory", workingDirectory)
  }
}
