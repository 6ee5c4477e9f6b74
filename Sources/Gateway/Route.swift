import HTTPTypes

/// A resource of the gateway, as a path names it.
enum Route: Equatable {
  /// One of the two texts that a calculation writes.
  enum Output: String {
    case stdout
    case stderr
  }

  case index
  case livez
  case readyz
  case problem(String)
  case calculations(sessionID: String)
  case calculation(sessionID: String, calculationID: String)
  case output(Output, sessionID: String, calculationID: String)

  /// The resource of a path.
  ///
  /// The path is split first and decoded then, so that `a%2Fb` is one segment. It is taken as it is:
  /// no dot segment is removed, and a trailing slash is an empty segment, which nothing has.
  init(path: String) throws(Problem) {
    guard path.utf8.first == UInt8(ascii: "/") else { throw Self.unknown }
    var segments: [String] = []
    for segment in path.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      segments.append(try percentDecoded(segment))
    }
    guard segments.count == 1 || segments.last != "" else {
      throw Problem(.notFound, "the gateway's paths have no trailing slash")
    }
    switch (segments.count, segments.first, segments.last) {
    case (1, "", _): self = .index
    case (1, "livez", _): self = .livez
    case (1, "readyz", _): self = .readyz
    case (2, "problems", let code?): self = .problem(code)
    case (3, "sessions", "calculations"): self = .calculations(sessionID: segments[1])
    case (4, "sessions", _) where segments[2] == "calculations":
      self = .calculation(sessionID: segments[1], calculationID: segments[3])
    case (5, "sessions", let name?) where segments[2] == "calculations":
      guard let output = Output(rawValue: name) else { throw Self.unknown }
      self = .output(output, sessionID: segments[1], calculationID: segments[3])
    default: throw Self.unknown
    }
    try checkIDs()
  }

  private static let unknown = Problem(
    .notFound, "the gateway has no such path; GET / lists what it has")

  /// The methods that the resource has.
  var methods: [HTTPRequest.Method] {
    switch self {
    case .index, .livez, .readyz, .problem, .calculation, .output: [.get, .head]
    case .calculations: [.post]
    }
  }

  /// Ids outside of Athena's bounds name nothing: no need to ask Athena.
  private func checkIDs() throws(Problem) {
    switch self {
    case .index, .livez, .readyz, .problem: break
    case .calculations(let sessionID): try Self.check(sessionID: sessionID)
    case .calculation(let sessionID, let calculationID),
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
