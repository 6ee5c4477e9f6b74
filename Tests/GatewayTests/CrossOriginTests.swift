import Callers
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// What browsers are told of requests from pages of other origins, by the rules of the Fetch standard.
struct CrossOriginTests {
  private static let listed = "https://app.example"
  private static let hosts = HostPolicy(
    isLoopback: true, allowedHosts: [],
    allowedOrigins: AllowedOrigins(
      [Origin(listed)!, Origin("http://localhost:3000")!]))

  private func answer(
    _ method: HTTPRequest.Method, _ path: String, from origin: String?,
    _ fields: [(name: String, value: String)] = [], hosts: HostPolicy = Self.hosts,
    requiresClientCertificate: Bool = false, calls: Calls = Calls()
  ) async throws -> Answer {
    try await withGateway(
      calls: calls, hosts: hosts,
      callers: Authenticator.Ways(certificates: requiresClientCertificate)
    ) { gateway in
      let origin = origin.map { [(name: "Origin", value: $0)] } ?? []
      return try await gateway.answer(method, path, fields + origin).answer
    }
  }

  /// Whatever becomes of the request, its page is to read it.
  @Test(arguments: [
    ("/", 200), ("/livez", 200), ("/nothing", 404), ("/problems/range", 200), ("/%", 400),
  ])
  func `Every answer to a listed origin's page may be read by it alone`(path: String, status: Int)
    async throws
  {
    for origin in [Self.listed, "http://localhost:3000"] {
      let answer = try await answer(.get, path, from: origin)
      #expect(answer.status.code == status)
      #expect(answer.fields[values: .accessControlAllowOrigin] == [origin])
      #expect(answer.fields[.vary] == "Origin")
      #expect(answer.fields[.accessControlAllowCredentials] == nil)
      let exposed = try #require(answer.fields[.accessControlExposeHeaders])
      for name in ["Location", "ETag", "Retry-After", "X-Request-Id", "Client-Request-Token"] {
        #expect(exposed.split(separator: ", ").contains(Substring(name)))
      }
    }
  }

  @Test(arguments: [
    "http://app.example", "https://app.example:8443", "https://evil.app.example",
    "https://app.example.evil.com", "https://evil.com", "null", "", "*",
    "https://app.example, https://evil.com", "https://app.example/", "http://localhost:3001",
  ])
  func `A page of any other origin gets nothing and no preflight`(origin: String) async throws {
    let calls = Calls()
    for method in [HTTPRequest.Method.get, .post, .options] {
      let answer = try await answer(
        method, "/sessions", from: origin, [("Access-Control-Request-Method", "GET")], calls: calls)
      #expect(answer.status == .forbidden)
      #expect(answer.json?["code"]?.asString == "origin")
      #expect(answer.fields[.accessControlAllowOrigin] == nil)
      #expect(answer.fields[.accessControlAllowMethods] == nil)
      #expect(answer.fields[.vary] == "Origin")
    }
    #expect(calls.names.isEmpty)
  }

  /// A cache that stored it for curl must not give it to a page, which could not read it.
  @Test func `An answer to nobody's page says too that it depends on the origin`() async throws {
    let answer = try await answer(.get, "/", from: nil)
    #expect(answer.fields[.vary] == "Origin")
    #expect(answer.fields[.accessControlAllowOrigin] == nil)
  }

  @Test func `Where no origin is listed, no answer speaks of them`() async throws {
    let none = HostPolicy(isLoopback: true, allowedHosts: [])
    for origin in [nil, "http://localhost:8080"] {
      let answer = try await answer(.get, "/", from: origin, hosts: none)
      #expect(answer.status == .ok)
      #expect(answer.fields[.vary] == nil)
      #expect(answer.fields[.accessControlAllowOrigin] == nil)
    }
    let foreign = try await self.answer(.get, "/", from: Self.listed, hosts: none)
    #expect(foreign.status == .forbidden)
  }

  private static let preflights: [(String, String?)] = [
    ("/", "GET, HEAD"), ("/sessions", "GET, HEAD, POST"), ("/sessions/s", "GET, HEAD, DELETE"),
    ("/sessions/s/calculations", "GET, HEAD, POST"),
    ("/sessions/s/calculations/c/events", "GET, HEAD"), ("/nothing", nil), ("/%", nil), ("*", nil),
  ]

  @Test(arguments: preflights)
  func `A preflight names its path's methods before anybody is asked who he is`(
    path: String, methods: String?
  ) async throws {
    let calls = Calls()
    let answer = try await answer(
      .options, path, from: Self.listed, [("Access-Control-Request-Method", "DELETE")],
      requiresClientCertificate: true, calls: calls)
    #expect(answer.status == .noContent)
    #expect(answer.text == "")
    #expect(answer.fields[.accessControlAllowOrigin] == Self.listed)
    #expect(answer.fields[.accessControlAllowMethods] == methods)
    let allowed = try #require(answer.fields[.accessControlAllowHeaders])
    for name in ["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "Last-Event-ID"] {
      #expect(allowed.split(separator: ", ").contains(Substring(name)))
    }
    #expect(answer.fields[.accessControlMaxAge] == "7200")
    #expect(answer.fields[.accessControlAllowCredentials] == nil)
    #expect(answer.fields[.vary] == "Origin")
    #expect(calls.names.isEmpty)
  }

  @Test func `What is no preflight is asked who it is`() async throws {
    let plain = try await answer(
      .options, "/sessions", from: Self.listed, requiresClientCertificate: true)
    #expect(plain.status == .forbidden)
    #expect(plain.fields[.accessControlAllowOrigin] == Self.listed)
    let program = try await answer(
      .options, "/sessions", from: nil, [("Access-Control-Request-Method", "GET")],
      requiresClientCertificate: true)
    #expect(program.status == .forbidden)
    let request = try await answer(
      .get, "/sessions", from: Self.listed, [("Access-Control-Request-Method", "GET")],
      requiresClientCertificate: true)
    #expect(request.status == .forbidden)
  }

  /// A page of a listed origin reaches no gateway by another name (DNS rebinding).
  @Test func `The host is judged before a preflight`() async throws {
    let answer = try await withGateway(hosts: Self.hosts) { gateway in
      let request = Request(
        method: .options, path: "/sessions", authority: "evil.com",
        fields: FieldSection([
          ("Origin", Self.listed), ("Access-Control-Request-Method", "GET"),
        ]))
      return try await gateway.respond(to: request).answer
    }
    #expect(answer.status == .misdirectedRequest)
  }

  @Test func `What is kept depends on the preference and the origin`() async throws {
    let script = Script(
      content: #"{"CalculationExecutionId":"c","SessionId":"s","Status":{"State":"COMPLETED"}}"#)
    let answer = try await withGateway(answering: always(script), hosts: Self.hosts) { gateway in
      try await gateway.answer(
        .get, "/sessions/s/calculations/c", [("Origin", Self.listed)]
      ).answer
    }
    #expect(answer.status == .ok)
    #expect(answer.fields[values: .vary] == ["Prefer, Origin"])
  }

  @Test func `What the server refuses can be read too, where it is known who asks`() {
    let request = Request(
      method: .post, path: "/sessions", authority: "localhost",
      fields: FieldSection([("Origin", Self.listed)]))
    func fields(_ refused: Refused) -> HTTPFields {
      Gateway.response(
        to: .contentTooLarge(limit: 5), refused, sharingWith: Self.hosts.allowedOrigins
      ).fields
    }
    #expect(fields(.request(request))[.accessControlAllowOrigin] == Self.listed)
    #expect(fields(.unread(peer: nil))[.accessControlAllowOrigin] == nil)
    #expect(fields(.unread(peer: nil))[.vary] == "Origin")
  }
}
