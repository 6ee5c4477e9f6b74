import Athena
import Callers
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
      from: request.fields, operation: "StartCalculationExecution",
      caller: context.caller.idempotencyScope,
      resource: sessionID)
    if let derived {
      token = derived
      context.name(token)
    }
    let (submission, query) = try await readSubmission(request, name: context.name)
    if let own = submission.clientRequestToken {
      guard derived == nil else { throw ClientRequestToken.givenTwice }
      token = own
    }
    var codeBlock = submission.codeBlock
    if let uri = submission.codeURI {
      try context.checkCodeURI()
      codeBlock = try await code(at: uri)
    }
    let input = StartCalculationExecution(
      sessionID: sessionID, codeBlock: codeBlock, description: submission.description,
      clientRequestToken: token)
    var outcome = try await start(input, query.waiting, request, context)
    let id = outcome.state.calculationExecutionID ?? ""
    context.startedCalculationID = id
    let waits = WaitPreference(request.fields) != nil
    if waits { try await judgeAgain(request, context) }
    let share = query.outputs.isEmpty ? nil : OutputBudget.Share(of: outputBudget)
    var included: [IncludedOutput] = []
    if let share { included = await self.included(query.outputs, of: id, for: &outcome, share) }
    let location = configuration.basePath.calculation(id, of: sessionID)
    let (state, failure) = (outcome.state, outcome.failure)
    return Response.json(
      status: .created, fields: [.location: location],
      reserving: included.reduce(512) { $0 + $1.jsonLength }
    ) { writer in
      state.write(to: &writer)
      for output in included { output.write(to: &writer) }
      if waits { writer.waitError(failure) }
    }.applyingPreference(of: request).holding(share)
  }

  /// The outputs of what was started. A repeated submission may be answered with its end at once, which says
  /// nothing of where they are: Athena is asked for that first.
  // Not inlined: what it needs would lie beside every submission (see `start`).
  @inline(never)
  private func included(
    _ outputs: [Route.Output], of id: String,
    for outcome: inout Started<CalculationExecution>.Outcome,
    _ share: OutputBudget.Share
  ) async -> [IncludedOutput] {
    guard outcome.state.isTerminal else { return [] }
    if !outcome.isObserved {
      do throws(AthenaError) {
        outcome.observe(try await athena.getCalculationExecution(id))
        outcome.failure = nil
      } catch {
        let problem = Problem(error)
        outcome.failure = problem
        return outputs.map { IncludedOutput(output: $0, end: .failure(problem)) }
      }
    }
    return await included(outputs, for: outcome.state, share)
  }

  /// What the query says of the answer.
  private struct AnswerQuery {
    static let names = WaitingQuery.names + [IncludedOutput.parameter]

    let waiting: WaitingQuery
    let outputs: [Route.Output]

    init(_ query: Query, _ fields: FieldSection) throws(Problem) {
      waiting = try WaitingQuery(query, fields)
      outputs = try IncludedOutput.outputs(in: query)
    }
  }

  private func readSubmission(
    _ request: Request, name: (String) -> Void
  ) async throws -> (CalculationSubmission, AnswerQuery) {
    switch try SubmissionContent(request.fields) {
    case .json:
      let query = try Query(
        request.query, allowed: AnswerQuery.names,
        instead: "in JSON, 'description' is a member of the content")
      let answer = try AnswerQuery(query, request.fields)
      let content = try await request.body.collect(upTo: Self.contentLimit)
      return (try CalculationSubmission(json: content, name: name), answer)
    case .code:
      let query = try Query(request.query, allowed: WaitingQuery.namesBesideCode)
      let answer = try AnswerQuery(query, request.fields)
      let content = try await request.body.collect(upTo: Self.contentLimit)
      let submission = try CalculationSubmission(code: content, description: query["description"])
      return (submission, answer)
    }
  }
}
