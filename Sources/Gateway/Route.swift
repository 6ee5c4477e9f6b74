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
    guard let segments = try Self.segments(of: path) else { throw Self.unknown(base) }
    if segments.count == 1, let check = Self.healthCheck(segments[0]) {
      self = check
      return
    }
    guard segments.count > base.segments.count, segments.starts(with: base.segments),
      let route = try Self.route(segments.dropFirst(base.segments.count))
    else { throw Self.unknown(base) }
    self = route
    try checkIDs()
  }

  /// nil for what doesn't begin with a slash.
  private static func segments(of path: String) throws(Problem) -> [String]? {
    let bytes = path.utf8.span
    guard bytes.count > 0, bytes[0] == UInt8(ascii: "/") else { return nil }
    var segments: [String] = []
    segments.reserveCapacity(6)
    var start = 1
    for end in 1...bytes.count
    where end == bytes.count || bytes[end] == UInt8(ascii: "/") {
      segments.append(try percentDecoded(bytes.extracting(start..<end)))
      start = end + 1
    }
    return segments
  }

  private static func healthCheck(_ segment: String) -> Route? {
    switch segment {
    case "livez": .livez
    case "readyz": .readyz
    default: nil
    }
  }

  /// The resource that the segments name, of which there is one at least; nil where they name none.
  private static func route(_ segments: ArraySlice<String>) throws(Problem) -> Route? {
    let first = segments.startIndex
    guard segments.count == 1 || segments.last != "" else {
      throw Problem(.notFound, "the gateway's paths have no trailing slash")
    }
    return switch (segments.count, segments[first]) {
    case (_, "sessions"): resource(ofSession: segments.dropFirst())
    case (1, ""): .index
    case (1, "openapi.yaml"): .openAPI
    case (1, let name): healthCheck(name)
    case (2, "problems"): .problem(segments[first + 1])
    default: nil
    }
  }

  /// - Parameter segments: What follows `sessions`.
  private static func resource(ofSession segments: ArraySlice<String>) -> Route? {
    guard let sessionID = segments.first else { return .sessions }
    let first = segments.startIndex
    guard segments.count > 1 else { return .session(sessionID) }
    switch segments[first + 1] {
    case "executors" where segments.count == 2: return .executors(sessionID: sessionID)
    case "calculations":
      guard segments.count > 2 else { return .calculations(sessionID: sessionID) }
      let id = segments[first + 2]
      guard segments.count > 3 else {
        return .calculation(sessionID: sessionID, calculationID: id)
      }
      return segments.count == 4
        ? part(segments[first + 3], sessionID: sessionID, calculationID: id) : nil
    default: return nil
    }
  }

  /// What a calculation consists of.
  private static func part(
    _ name: String, sessionID: String, calculationID: String
  ) -> Route? {
    switch name {
    case "code": .code(sessionID: sessionID, calculationID: calculationID)
    case "events": .events(sessionID: sessionID, calculationID: calculationID)
    default:
      Output(rawValue: name).map {
        .output($0, sessionID: sessionID, calculationID: calculationID)
      }
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

  /// The session that it is or belongs to; nil where there is none.
  var sessionID: String? {
    switch self {
    case .index, .openAPI, .livez, .readyz, .problem, .sessions: nil
    case .session(let sessionID), .executors(let sessionID), .calculations(let sessionID),
      .calculation(let sessionID, _), .code(let sessionID, _), .events(let sessionID, _),
      .output(_, let sessionID, _):
      sessionID
    }
  }

  /// Whether it is answered whatever else goes on.
  var isHealthCheck: Bool {
    switch self {
    case .livez, .readyz: true
    default: false
    }
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
      guard Self.has(1...36, calculationID) else {
        throw Problem(.notFound, "a calculation id has 1 to 36 characters")
      }
    }
  }

  private static func check(sessionID: String) throws(Problem) {
    guard has(1...256, sessionID) else {
      throw Problem(.notFound, "a session id has 1 to 256 characters")
    }
  }

  /// Whether a text has so many characters, of which there are no more than bytes: most need not be counted.
  private static func has(_ length: ClosedRange<Int>, _ text: String) -> Bool {
    !text.isEmpty
      && (text.utf8.count <= length.upperBound || length.contains(text.unicodeScalars.count))
  }
}
