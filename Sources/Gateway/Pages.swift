import Athena
import HTTPMessage
import HTTPTypes
import JSON

/// The resources that need no Athena: the index, the health checks, the meaning of problems.
extension Gateway {
  /// The paths as templates, by name.
  private static let links: [(String, RouteTemplate)] = [
    ("sessions", .sessions), ("session", .session), ("executors", .executors),
    ("calculations", .calculations), ("calculation", .calculation), ("code", .code),
    ("events", .events), ("stdout", .stdout), ("stderr", .stderr), ("problem", .problem),
    ("openapi", .openAPI), ("livez", .livez), ("readyz", .readyz),
  ]

  func index(_ request: Request) throws(Problem) -> Response {
    _ = try Query(request.query)
    return .json { writer in
      writer.member("name", "Athena Gateway")
      writer.member("version", configuration.version)
      writer.name("links")
      writer.beginObject()
      for (name, template) in Self.links {
        writer.member(name, configuration.basePath.prefix + template.text)
      }
      writer.endObject()
    }
  }

  /// The contract itself.
  func openAPI(_ request: Request) throws(Problem) -> Response {
    _ = try Query(request.query)
    let response = Response(
      status: .ok, fields: [.contentType: "application/yaml"],
      content: .bytes(configuration.openAPI))
    return response.conditional(on: request.fields, isFinal: false)
  }

  /// Depends on nothing but this process: an orchestrator restarts what fails here.
  func livez(_ request: Request) throws(Problem) -> Response {
    _ = try Query(request.query)
    return .json { $0.member("status", "ok") }
  }

  /// How long an orchestrator waits for credentials that are only just asked for.
  private static let patience = Duration.milliseconds(500)

  /// Asks Athena nothing: its bad days are no reason to take every gateway out of service. Without credentials
  /// no call can be made; nobody else would ask for them while no callers come.
  func readyz(_ request: Request) async throws(Problem) -> Response {
    _ = try Query(request.query)
    guard !shared.isDraining else {
      throw Problem(.draining, "the gateway is about to end; another one should be asked")
    }
    guard await athena.hasCredentials(within: Self.patience) else {
      throw Problem(.noCredentials, "the gateway has no AWS credentials to sign calls with")
    }
    return .json { writer in
      writer.member("status", "ok")
      // A wrong clock is the operator's to set; until then calls are signed with the right time.
      if athena.clockOffset != 0 { writer.member("clockOffsetSeconds", athena.clockOffset) }
    }
  }

  /// What the `type` of a problem document leads to.
  func problem(_ code: String, _ request: Request) throws(Problem) -> Response {
    _ = try Query(request.query)
    guard let problem = ProblemCode(rawValue: code) else {
      let codes = ProblemCode.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem(.notFound, "there is no such problem; the problems are \(codes)")
    }
    let kind = problem.kind
    return .json { writer in
      writer.member("code", problem.rawValue)
      writer.member("status", kind.status.code)
      writer.member("title", kind.title)
      writer.member("retryable", kind.isRetryable)
      writer.member("explanation", kind.explanation)
    }
  }
}

extension Response {
  /// An answer whose content is a JSON object.
  static func json(
    status: HTTPResponse.Status = .ok, fields: HTTPFields = [:], reserving capacity: Int = 512,
    _ write: (inout JSONWriter) -> Void
  ) -> Response {
    var writer = JSONWriter(reserving: capacity)
    writer.beginObject()
    write(&writer)
    writer.endObject()
    var fields = fields
    fields[.contentType] = "application/json"
    return Response(status: status, fields: fields, content: .bytes(writer.bytes))
  }
}
