import HTTPTypes

/// A resource of the gateway, as a path names it.
enum Route: Equatable {
  /// One of the two texts that a calculation writes.
  enum Output: String {
    case stdout
    case stderr
  }

  case index
  case openAPI
  case livez
  case readyz
  case problem(String)
  case sessions
  case session(String)
  case executors(sessionID: String)
  case calculations(sessionID: String)
  case calculation(sessionID: String, calculationID: String)
  case code(sessionID: String, calculationID: String)
  case events(sessionID: String, calculationID: String)
  case output(Output, sessionID: String, calculationID: String)

  /// The resource of a path.
  ///
  /// The path is split first and decoded then, so that `a%2Fb` is one segment. It is taken as it is:
  /// no dot segment is removed, and a trailing slash is an empty segment, which nothing has.
  ///
  /// - Parameter base: Where the resources are. The health checks are at the root too: an orchestrator
  ///   asks the gateway itself, and not the host name that a proxy gives it a part of.
  init(path: String, under base: BasePath = .root) throws(Problem) {
    guard path.utf8.first == UInt8(ascii: "/") else { throw Self.unknown(base) }
    var segments: [String] = []
    for segment in path.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      segments.append(try percentDecoded(segment))
    }
    switch segments {
    case ["livez"]: self = .livez
    case ["readyz"]: self = .readyz
    default:
      guard segments.count > base.segments.count, segments.starts(with: base.segments) else {
        throw Self.unknown(base)
      }
      guard let route = try Self.route(Array(segments.dropFirst(base.segments.count))) else {
        throw Self.unknown(base)
      }
      self = route
    }
    try checkIDs()
  }

  /// The resource that the segments name; nil where they name none.
  private static func route(_ segments: [String]) throws(Problem) -> Route? {
    guard segments.count == 1 || segments.last != "" else {
      throw Problem(.notFound, "the gateway's paths have no trailing slash")
    }
    if segments.first == "sessions" { return resource(ofSession: segments) }
    return switch (segments.count, segments[0]) {
    case (1, ""): .index
    case (1, "openapi.yaml"): .openAPI
    case (1, "livez"): .livez
    case (1, "readyz"): .readyz
    case (2, "problems"): .problem(segments[1])
    default: nil
    }
  }

  private static func resource(ofSession segments: [String]) -> Route? {
    switch (segments.count, segments.dropFirst(2).first, segments.last) {
    case (1, _, _): .sessions
    case (2, _, _): .session(segments[1])
    case (3, "executors", _): .executors(sessionID: segments[1])
    case (3, "calculations", _): .calculations(sessionID: segments[1])
    case (4, "calculations", _):
      .calculation(sessionID: segments[1], calculationID: segments[3])
    case (5, "calculations", "code"):
      .code(sessionID: segments[1], calculationID: segments[3])
    case (5, "calculations", "events"):
      .events(sessionID: segments[1], calculationID: segments[3])
    case (5, "calculations", let name?):
      Output(rawValue: name).map {
        .output($0, sessionID: segments[1], calculationID: segments[3])
      }
    default: nil
    }
  }

  private static func unknown(_ base: BasePath) -> Problem {
    Problem(.notFound, "the gateway has no such path; GET \(base.prefix)/ lists what it has")
  }

  /// The methods that the resource has.
  var methods: [HTTPRequest.Method] {
    switch self {
    case .index, .openAPI, .livez, .readyz, .problem, .executors, .code, .events, .output:
      [.get, .head]
    case .sessions, .calculations: [.get, .head, .post]
    case .session, .calculation: [.get, .head, .delete]
    }
  }

  /// The methods as `Allow` lists them: OPTIONS, which asks for this list, is every resource's (RFC 9110
  /// §9.3.7).
  var allow: String {
    (methods + [.options]).map(\.rawValue).joined(separator: ", ")
  }

  /// Ids outside of Athena's bounds name nothing: no need to ask Athena.
  private func checkIDs() throws(Problem) {
    switch self {
    case .index, .openAPI, .livez, .readyz, .problem, .sessions: break
    case .session(let sessionID), .executors(let sessionID), .calculations(let sessionID):
      try Self.check(sessionID: sessionID)
    case .calculation(let sessionID, let calculationID),
      .code(let sessionID, let calculationID),
      .events(let sessionID, let calculationID),
      .output(_, let sessionID, let calculationID):
      try Self.check(sessionID: sessionID)
      guard (1...36).contains(calculationID.unicodeScalars.count) else {
        throw Problem(.notFound, "a calculation id has 1 to 36 characters")
      }
    }
  }

  private static func check(sessionID: String) throws(Problem) {
    guard (1...256).contains(sessionID.unicodeScalars.count) else {
      throw Problem(.notFound, "a session id has 1 to 256 characters")
    }
  }
}
