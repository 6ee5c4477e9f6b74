import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct GatewayTests {
  private static let calculations = "/sessions/s/calculations"

  private static let methods: [(HTTPRequest.Method, String, Int, String?)] = [
    (.post, "/", 405, "GET, HEAD, OPTIONS"), (.delete, "/livez", 405, "GET, HEAD, OPTIONS"),
    (.post, "/readyz", 405, "GET, HEAD, OPTIONS"),
    (.put, "/problems/range", 405, "GET, HEAD, OPTIONS"),
    (.delete, calculations, 405, "GET, HEAD, POST, OPTIONS"),
    (.delete, "/sessions", 405, "GET, HEAD, POST, OPTIONS"),
    (.options, calculations, 204, "GET, HEAD, POST, OPTIONS"),
    (.options, "/livez", 204, "GET, HEAD, OPTIONS"), (.options, "/nothing", 404, nil),
    (.post, calculations + "/c", 405, "GET, HEAD, DELETE, OPTIONS"),
    (.post, "/sessions/s", 405, "GET, HEAD, DELETE, OPTIONS"),
    (.delete, "/sessions/s/executors", 405, "GET, HEAD, OPTIONS"),
    (.delete, calculations + "/c/code", 405, "GET, HEAD, OPTIONS"),
    (.post, "/openapi.yaml", 405, "GET, HEAD, OPTIONS"),
    (.patch, calculations + "/c/stdout", 405, "GET, HEAD, OPTIONS"),
    (.init("BREW")!, "/", 501, nil), (.init("get")!, "/", 501, nil),
    (.post, "/nothing", 404, nil), (.init("BREW")!, "/nothing", 404, nil),
  ]

  @Test(arguments: methods)
  func `A method is judged after the path`(
    method: HTTPRequest.Method, path: String, status: Int, allow: String?
  ) async throws {
    try await withGateway { gateway in
      let response = try await gateway.answer(method, path)
      #expect(response.status.code == status)
      #expect(response.fields[.allow] == allow)
    }
  }

  @Test func `The gateway opens no tunnel, whoever asks, and says that it is there`() async throws {
    try await withGateway { gateway in
      let tunnel = Request(method: .connect, path: "", authority: "evil.com:443")
      let judgedTunnel = try await gateway.respond(to: tunnel)
      #expect(judgedTunnel.status == .notImplemented)
      let foreign = Request(method: .options, path: "*", authority: "evil.com")
      let judgedForeign = try await gateway.respond(to: foreign)
      #expect(judgedForeign.status == .misdirectedRequest)
      #expect(try await gateway.answer(.options, "*").status == .noContent)
    }
  }

  /// Before any work, and before the route: a page must not even learn what is there.
  @Test func `Host, then origin, then path`() async throws {
    try await withGateway { gateway in
      let fields = FieldSection([("Origin", "http://evil.com")])
      let host = Request(method: .get, path: "/nothing", authority: "evil.com", fields: fields)
      let judgedHost = try await gateway.respond(to: host)
      #expect(judgedHost.status == .misdirectedRequest)
      let origin = Request(method: .get, path: "/nothing", authority: "localhost", fields: fields)
      let judgedOrigin = try await gateway.respond(to: origin)
      #expect(judgedOrigin.status == .forbidden)
    }
  }

  @Test(arguments: ["/", "/livez", "/problems/range", "/nothing", "/problems/nothing"])
  func `Every answer has a name, forbids keeping, and tells browsers to do nothing with it`(
    path: String
  ) async throws {
    try await withGateway { gateway in
      for method in [HTTPRequest.Method.get, .head, .post] {
        let response = try await gateway.answer(method, path, [("X-Request-Id", "mine")])
        #expect(response.fields[.xRequestID] == "mine")
        #expect(response.allFields[.cacheControl] == "no-store")
        for field in StandingFields.security.fields {
          #expect(response.allFields[values: field.name] == [field.value])
        }
      }
    }
  }

  @Test(arguments: ProblemCode.allCases)
  func `A problem's type leads to its meaning`(code: ProblemCode) async throws {
    try await withGateway { gateway in
      let json = try await gateway.answer(.get, "/problems/\(code.rawValue)").json
      #expect(json?["code"]?.asString == code.rawValue)
      #expect(json?["status"]?.asNumber?.int == code.kind.status.code)
      #expect(json?["title"]?.asString == code.kind.title)
      #expect(json?["explanation"]?.asString == code.kind.explanation)
    }
  }

  @Test(arguments: ["/", "/livez", "/readyz", "/problems/range"])
  func `Pages have no query parameters, and none of them calls Athena`(path: String) async throws {
    let calls = Calls()
    try await withGateway(calls: calls) { gateway in
      let plain = try await gateway.answer(.get, path)
      let asking = try await gateway.answer(.get, path, query: "a")
      #expect(plain.status == .ok)
      #expect(asking.status == .badRequest)
    }
    #expect(calls.names.isEmpty)
  }

  @Test func `A gateway that drains is alive and not ready, and calls Athena still`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls) { gateway in
      gateway.beginDraining()
      let ready = try await gateway.answer(.get, "/readyz")
      #expect(ready.status == .serviceUnavailable)
      #expect(ready.fields[.retryAfter] != nil)
      #expect(ready.json?["code"]?.asString == "draining")
      #expect(try await gateway.answer(.get, "/livez").status == .ok)
      #expect(calls.names.isEmpty)
      _ = try await gateway.answer(.get, Self.calculations + "/c")
      #expect(calls.names == ["GetCalculationExecution"])
    }
  }

  @Test(arguments: [
    ("/livez", true), ("/readyz", true), ("/%72eadyz", true), ("/", false), ("/livez/", false),
    ("/sessions/livez/calculations", false), ("/%", false), ("*", false),
  ])
  func `The health checks are told from all else`(path: String, isOne: Bool) {
    #expect(Gateway.isHealthCheck(Request(method: .get, path: path)) == isOne)
  }

  @Test func `A caller who is gone gets no answer`() async throws {
    try await withGateway { gateway in
      let request = Request(
        method: .post, path: Self.calculations, authority: "localhost",
        fields: FieldSection([("Content-Type", "text/x-python")]), body: BrokenBody(.disconnected))
      await #expect(throws: Refusal.disconnected) { _ = try await gateway.respond(to: request) }
    }
  }

  @Test func `Content that does not come in time is answered`() async throws {
    try await withGateway { gateway in
      let request = Request(
        method: .post, path: Self.calculations, authority: "localhost",
        fields: FieldSection([("Content-Type", "text/x-python")]),
        body: BrokenBody(.timeout(.content)))
      let response = try await gateway.respond(to: request)
      #expect(response.status == .requestTimeout)
      #expect(response.fields[.clientRequestToken] != nil)
    }
  }
}

private final class BrokenBody: RequestBody {
  private let refusal: Refusal

  init(_ refusal: Refusal) {
    self.refusal = refusal
  }

  func collect(upTo limit: Int) async throws(Refusal) -> [UInt8] { throw refusal }
}
