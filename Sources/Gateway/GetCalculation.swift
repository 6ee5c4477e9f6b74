import Athena
import CivilTime
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// `GET /sessions/{sessionId}/calculations/{calculationId}`: GetCalculationExecution.
  func getCalculation(
    _ sessionID: String, _ calculationID: String, _ request: Request, _ context: RequestContext
  ) async throws -> Response {
    let outputs = try IncludedOutput.outputs(
      in: Query(request.query, allowed: [IncludedOutput.parameter]))
    let calculation =
      if let wait = preferredWait(request) {
        try await calculation(calculationID, of: sessionID, during: wait, request, context)
      } else {
        try await calculation(calculationID, of: sessionID)
      }
    if request.method == .head, calculation.isTerminal, !outputs.isEmpty {
      return Self.headWithOutputs(request)
    }
    let share = OutputBudget.Share(of: outputBudget)
    let included = await included(outputs, for: calculation, share)
    if let refusal = included.lazy.compactMap(\.refusal).first { throw refusal }
    var response = Response.json(reserving: included.reduce(512) { $0 + $1.jsonLength }) { writer in
      calculation.write(to: &writer)
      for output in included { output.write(to: &writer) }
    }.applyingPreference(of: request)
    // To a cache there are two: with Preference-Applied, and without.
    if calculation.isTerminal { response.fields[.vary] = "Prefer" }
    let isFinal = calculation.isTerminal && included.allSatisfy(\.isFinal)
    return response.conditional(on: request.fields, isFinal: isFinal).holding(share)
  }

  /// Nothing is read for an answer that has no content; what of its head only the content tells is left
  /// out (RFC 9110 §9.3.2).
  private static func headWithOutputs(_ request: Request) -> Response {
    Response(
      status: .ok, fields: [.contentType: "application/json", .vary: "Prefer"],
      content: .stream(length: nil) { _ in }
    ).applyingPreference(of: request)
  }

  /// The calculation once it has ended, or as it is at the end of the wait. It is proved with the first
  /// answer to the one who watches it, so that however many wait it costs no calls of their own.
  private func calculation(
    _ calculationID: String, of sessionID: String, during wait: Wait, _ request: Request,
    _ context: RequestContext
  ) async throws(Problem) -> CalculationExecution {
    _ = try shared.provedPairs.proof(of: calculationID, in: sessionID)
    let watcher = watch(calculation: calculationID)
    let first = try await known(watcher, during: wait)
    try check(first, calculationID, isOf: sessionID)
    let calculation = try await settled(first, watcher, during: wait) { $0.isTerminal }
    try await judgeAgain(request, context)
    return calculation
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
    try check(calculation, calculationID, isOf: sessionID)
    return calculation
  }

  /// Whether a calculation that Athena has answered with is the session's.
  func check(
    _ calculation: CalculationExecution, _ calculationID: String, isOf sessionID: String
  ) throws(Problem) {
    // An answer that names no session proves nothing, not even that there is no such calculation.
    guard let owner = calculation.sessionID else {
      throw Problem(.badAnswer, "GetCalculationExecution answered without a SessionId")
    }
    shared.provedPairs.record(calculationID, of: owner, isTerminal: calculation.isTerminal)
    // Bytes, since String compares by canonical equivalence and ids don't.
    guard owner.utf8.elementsEqual(sessionID.utf8) else { throw ProvedPairs.foreign }
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
  func write(to writer: inout JSONWriter) {
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

  /// Those that change while it runs.
  func writeStatus(to writer: inout JSONWriter) {
    writer.member("state", status.state?.rawValue)
    writer.member("stateChangeReason", status.stateChangeReason)
    writer.member("submissionDateTime", status.submissionDateTime.map(rfc3339))
    writer.member("completionDateTime", status.completionDateTime.map(rfc3339))
    writer.member("progress", statistics.progress)
    writer.member("dpuExecutionInMillis", statistics.dpuExecutionInMillis)
  }
}
