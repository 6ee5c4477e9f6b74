import Testing

@testable import Gateway

struct RouteTests {
  @Test(
    arguments: [
      ("/", .index),
      ("/livez", .livez),
      ("/%6Civez", .livez),
      ("/readyz", .readyz),
      ("/problems/session-busy", .problem("session-busy")),
      ("/openapi.yaml", .openAPI),
      ("/sessions", .sessions),
      ("/sessions/a%2Fb", .session("a/b")),
      ("/sessions/sessions", .session("sessions")),
      ("/sessions/s/executors", .executors(sessionID: "s")),
      ("/sessions/s/calculations/c/code", .code(sessionID: "s", calculationID: "c")),
      ("/sessions/s/calculations/c/events", .events(sessionID: "s", calculationID: "c")),
      ("/sessions/s/calculations", .calculations(sessionID: "s")),
      ("/sessions/a%2Fb/calculations", .calculations(sessionID: "a/b")),
      ("/sessions/a%2fb/calculations", .calculations(sessionID: "a/b")),
      ("/sessions/a%252Fb/calculations", .calculations(sessionID: "a%2Fb")),
      ("/sessions/a+b/calculations", .calculations(sessionID: "a+b")),
      ("/sessions/../calculations", .calculations(sessionID: "..")),
      ("/sessions/%C3%A9/calculations", .calculations(sessionID: "é")),
      ("/sessions/s/calculations/c", .calculation(sessionID: "s", calculationID: "c")),
      ("/sessions/s/calculations/.", .calculation(sessionID: "s", calculationID: ".")),
      (
        "/sessions/s/calculations/c%2Fstdout",
        .calculation(sessionID: "s", calculationID: "c/stdout")
      ),
      ("/sessions/s/calculations/c/stdout", .output(.stdout, sessionID: "s", calculationID: "c")),
      ("/sessions/s/calculations/c/stderr", .output(.stderr, sessionID: "s", calculationID: "c")),
    ] as [(String, Route)])
  func `A path is split first and decoded then`(path: String, route: Route) throws {
    #expect(try Route(path: path) == route)
  }

  @Test(arguments: [
    "", "*", "livez", "//", "/livez/", "/problems/", "/LIVEZ", "/problems", "/problems/a/b",
    "/sessions/", "/sessions/s/", "/sessions/s/executors/", "/sessions/s/executors/e",
    "/sessions/s/calculations/", "/sessions/s/calculations/c/code/", "/sessions//calculations",
    "/sessions/s/calculations/c/", "/sessions/s/calculations/c/event",
    "/sessions/s/calculations/c/stdout/", "/sessions/s/calculations//stdout",
    "/./livez", "/sessions/s/../s/calculations", "/sessions/a/b/calculations",
    "/%2Flivez",
  ])
  func `Any other path is of nothing`(path: String) {
    #expect(problem { () throws(Problem) in try Route(path: path) }?.code == .notFound)
  }

  @Test(arguments: ["/%", "/%4", "/%zz", "/sessions/%FF/calculations", "/sessions/%ED%A0%80/x"])
  func `What can't be decoded is malformed`(path: String) {
    #expect(problem { () throws(Problem) in try Route(path: path) }?.code == .malformedRequest)
  }

  /// Counted in Unicode scalars: each of these takes 12 bytes of the path.
  @Test(arguments: [(256, 36, true), (257, 36, false), (256, 37, false)])
  func `Ids outside of Athena's bounds name nothing`(session: Int, calculation: Int, isOne: Bool) {
    let scalar = "%F0%9F%98%80"
    let path =
      "/sessions/" + String(repeating: scalar, count: session) + "/calculations/"
      + String(repeating: scalar, count: calculation)
    for path in [path, path + "/stdout"] {
      let code = problem { () throws(Problem) in try Route(path: path) }?.code
      #expect(code == (isOne ? nil : .notFound))
    }
  }
}
