import Athena
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  /// What of a content is read: 68,000 characters that are all written as escaped surrogate pairs take
  /// 816,000 bytes.
  private static let contentLimit = 1024 * 1024

  /// `POST /sessions/{sessionId}/calculations`: StartCalculationExecution.
  func startCalculation(
    _ sessionID: String, _ request: Request, _ context: RequestContext
  ) async throws -> Response {
    // Named before anything can fail: every answer has one.
    var token = ClientRequestToken.random()
    context.name(token)
    let derived = try ClientRequestToken.derived(
      from: request.fields, operation: "StartCalculationExecution", caller: "",
      resource: sessionID)
    token = derived ?? token
    context.name(token)
    let submission = try await readSubmission(request, name: context.name)
    if let own = submission.clientRequestToken {
      guard derived == nil else { throw ClientRequestToken.givenTwice }
      token = own
    }
    let output: StartCalculationExecution.Output
    do throws(AthenaError) {
      output = try await athena.startCalculationExecution(
        StartCalculationExecution(
          sessionID: sessionID, codeBlock: submission.codeBlock,
          description: submission.description,
          clientRequestToken: token))
    } catch {
      throw Problem(error)
    }
    let location = configuration.basePath.calculation(output.calculationExecutionID, of: sessionID)
    return .json(status: .created, fields: [.location: location]) { writer in
      writer.member("sessionId", sessionID)
      writer.member("calculationExecutionId", output.calculationExecutionID)
      writer.member("state", output.state.rawValue)
    }
  }

  private func readSubmission(
    _ request: Request, name: (String) -> Void
  ) async throws -> CalculationSubmission {
    switch try SubmissionContent(request.fields) {
    case .json:
      _ = try Query(
        request.query, instead: "in JSON, 'description' is a member of the content")
      return try CalculationSubmission(
        json: await request.body.collect(upTo: Self.contentLimit), name: name)
    case .code:
      let query = try Query(request.query, allowed: ["description"])
      return try CalculationSubmission(
        code: await request.body.collect(upTo: Self.contentLimit),
        description: query["description"])
    }
  }
}
