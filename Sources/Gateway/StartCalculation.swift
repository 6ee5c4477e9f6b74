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
    let (submission, waiting) = try await readSubmission(request, name: context.name)
    if let own = submission.clientRequestToken {
      guard derived == nil else { throw ClientRequestToken.givenTwice }
      token = own
    }
    let input = StartCalculationExecution(
      sessionID: sessionID, codeBlock: submission.codeBlock, description: submission.description,
      clientRequestToken: token)
    let outcome = try await start(input, waiting, request)
    let id = outcome.state.calculationExecutionID ?? ""
    let location = configuration.basePath.calculation(id, of: sessionID)
    return .json(status: .created, fields: [.location: location]) { writer in
      outcome.state.write(to: &writer)
      writer.waitError(outcome.failure)
    }.applyingPreference(of: request)
  }

  private func readSubmission(
    _ request: Request, name: (String) -> Void
  ) async throws -> (CalculationSubmission, WaitingQuery) {
    switch try SubmissionContent(request.fields) {
    case .json:
      let query = try Query(
        request.query, allowed: WaitingQuery.names,
        instead: "in JSON, 'description' is a member of the content")
      let waiting = try WaitingQuery(query)
      let content = try await request.body.collect(upTo: Self.contentLimit)
      return (try CalculationSubmission(json: content, name: name), waiting)
    case .code:
      let query = try Query(request.query, allowed: ["description"] + WaitingQuery.names)
      let waiting = try WaitingQuery(query)
      let content = try await request.body.collect(upTo: Self.contentLimit)
      let submission = try CalculationSubmission(code: content, description: query["description"])
      return (submission, waiting)
    }
  }
}
