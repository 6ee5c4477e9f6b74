/// The gateway's resources, as URI templates (RFC 6570).
public enum RouteTemplate: Int, CaseIterable, Sendable {
  case index, openAPI, livez, readyz, problem
  case sessions, session, executors
  case calculations, calculation, code, events, stdout, stderr

  /// As `/sessions/{sessionId}`, without the base path.
  public var text: String {
    switch self {
    case .index: "/"
    case .openAPI: "/openapi.yaml"
    case .livez: "/livez"
    case .readyz: "/readyz"
    case .problem: "/problems/{code}"
    case .sessions: "/sessions"
    case .session: "/sessions/{sessionId}"
    case .executors: "/sessions/{sessionId}/executors"
    case .calculations: "/sessions/{sessionId}/calculations"
    case .calculation: "/sessions/{sessionId}/calculations/{calculationId}"
    case .code: "/sessions/{sessionId}/calculations/{calculationId}/code"
    case .events: "/sessions/{sessionId}/calculations/{calculationId}/events"
    case .stdout: "/sessions/{sessionId}/calculations/{calculationId}/stdout"
    case .stderr: "/sessions/{sessionId}/calculations/{calculationId}/stderr"
    }
  }
}

extension Route {
  var template: RouteTemplate {
    switch self {
    case .index: .index
    case .openAPI: .openAPI
    case .livez: .livez
    case .readyz: .readyz
    case .problem: .problem
    case .sessions: .sessions
    case .session: .session
    case .executors: .executors
    case .calculations: .calculations
    case .calculation: .calculation
    case .code: .code
    case .events: .events
    case .output(.stdout, _, _): .stdout
    case .output(.stderr, _, _): .stderr
    }
  }

  var calculationID: String? {
    switch self {
    case .index, .openAPI, .livez, .readyz, .problem, .sessions, .session, .executors,
      .calculations:
      nil
    case .calculation(_, let id), .code(_, let id), .events(_, let id), .output(_, _, let id): id
    }
  }
}
