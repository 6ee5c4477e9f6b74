import Athena
import Callers
import HTTPMessage
import HTTPTypes
import JSON

extension Gateway {
  private static let types = AcceptedTypes(
    essences: ["application/json"],
    advice: "with curl, add -H 'Content-Type: application/json'")

  /// What of a content is read: two maps of Spark's properties with long values fit in.
  private static let contentLimit = 1024 * 1024

  /// `POST /sessions`: StartSession.
  func startSession(_ request: Request, _ context: RequestContext) async throws -> Response {
    // Named before anything can fail: every answer has one.
    let random = ClientRequestToken.random()
    context.name(random)
    let waiting = try WaitingQuery(
      Query(request.query, allowed: [WaitingQuery.onTimeout]), request.fields)
    _ = try Self.types.essence(of: request.fields)
    var input = try Self.input(
      await request.body.collect(upTo: Self.contentLimit), configuration.sessions,
      name: context.name)
    let workGroup = input["WorkGroup"]?.asString ?? ""
    try context.check(.post, onSessionsOf: workGroup)
    let own = input["ClientRequestToken"]?.asString
    let derived = try ClientRequestToken.derived(
      from: request.fields, operation: "StartSession",
      caller: context.caller.idempotencyScope, resource: workGroup)
    if own == nil {
      input.members.append(
        .init(name: "ClientRequestToken", value: .string(derived ?? random)))
      context.name(derived ?? random)
    } else if derived != nil {
      throw ClientRequestToken.givenTwice
    }
    let (id, outcome) = try await start(session: input, waiting, request)
    context.startedSessionID = id
    if WaitPreference(request.fields) != nil {
      try await judgeAgain(request, context)
      try context.check(.post, onSessionsOf: workGroup)
    }
    if context.rights != nil { shared.workGroups.record(workGroup, of: id) }
    let location = configuration.basePath.session(id)
    return .json(status: .created, fields: [.location: location]) { writer in
      writer.members(of: outcome.state.object, Session.members)
      writer.waitError(outcome.failure)
    }.applyingPreference(of: request)
  }

  /// The input of StartSession in Athena's names, valid.
  ///
  /// - Parameter name: Told of the caller's own token as soon as that is read, whatever else is wrong.
  private static func input(
    _ bytes: [UInt8], _ defaults: SessionDefaults, name: (String) -> Void
  ) throws(Problem) -> JSONObject {
    var reader = try JSONObjectReader(content: bytes, completedBy: defaults.completing)
    let input = reader.structure(Athena.StartSession.members, from: .caller)
    reader.finish()
    if let token = input["ClientRequestToken"]?.asString { name(token) }
    guard reader.findings.isEmpty else { throw Problem(findings: reader.findings) }
    return input
  }
}
