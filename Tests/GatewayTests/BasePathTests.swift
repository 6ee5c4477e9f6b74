import HTTPMessage
import HTTPTypes
import JSON
import Testing
import Yams

@testable import Gateway

struct BasePathTests {
  private static let base = BasePath("/a/b")!

  @Test(arguments: ["/athena", "/a/b", "/A.b_c~-9", "/livez"])
  func `A path that nobody rewrites can be one`(text: String) {
    #expect(BasePath(text)?.prefix == text)
  }

  @Test(arguments: [
    "", "/", "athena", "/athena/", "//a", "/a//b", "/.", "/a/..", "/%61", "/a b", "/é", "/a?b",
  ])
  func `Any other can't`(text: String) {
    #expect(BasePath(text) == nil)
  }

  @Test(
    arguments: [
      ("/a/b/", .index), ("/a/b/sessions", .sessions), ("/%61/b/sessions/s", .session("s")),
      ("/a/b/livez", .livez), ("/livez", .livez), ("/readyz", .readyz),
      ("/a/b/a/b", nil), ("/", nil), ("/a/b", nil), ("/a", nil), ("/a/", nil), ("/sessions", nil),
      ("/a%2Fb/sessions", nil), ("/a/b/sessions/", nil), ("/A/b/sessions", nil),
      ("/a/bsessions", nil), ("/problems/range", nil), ("/openapi.yaml", nil),
    ] as [(String, Route?)])
  func `Resources are under it alone, health checks at the root too`(
    path: String, route: Route?
  ) throws {
    #expect((try? Route(path: path, under: Self.base)) == route)
    #expect(
      Gateway.isHealthCheck(Request(method: .get, path: path), under: Self.base)
        == (route == .livez || route == .readyz))
  }

  @Test func `What leads on leads under it`() async throws {
    try await withGateway(
      answering: always(
        Script(content: #"{"SessionId":"s","CalculationExecutionId":"c","State":"CREATING"}"#)),
      basePath: Self.base, sessions: .init(workGroup: "w")
    ) { gateway in
      let outside = try await gateway.answer(.get, "/sessions")
      #expect(outside.status == .notFound)
      #expect(outside.json?["type"]?.asString == "/a/b/problems/not-found")
      #expect(outside.json?["detail"]?.asString?.contains("GET /a/b/ ") == true)
      let type = try await gateway.answer(.get, "/a/b/problems/not-found")
      #expect(type.status == .ok)
      let json = [(name: "Content-Type", value: "application/json")]
      let session = try await gateway.answer(.post, "/a/b/sessions", json, content: "{}")
      #expect(session.fields[.location] == "/a/b/sessions/s")
      let calculation = try await gateway.answer(
        .post, "/a/b/sessions/s/calculations", json, content: #"{"codeBlock":"1"}"#)
      #expect(calculation.fields[.location] == "/a/b/sessions/s/calculations/c")
      let links = try await gateway.answer(.get, "/a/b/").json?["links"]?.asObject
      #expect(
        try #require(links).members.allSatisfy { $0.value.asString?.hasPrefix("/a/b/") == true })
      let refused = Gateway.response(to: .version, .unread(peer: nil), under: Self.base)
      #expect(refused.json?["type"]?.asString?.hasPrefix("/a/b/problems/") == true)
    }
  }

  @Test func `The contract that is served names it as its server`() async throws {
    func server(_ base: BasePath, _ path: String) async throws -> String? {
      let text = try await withGateway(basePath: base) { gateway in
        let response = try await gateway.answer(.get, path)
        #expect(response.fields[.contentType] == "application/yaml")
        let tag = try #require(response.fields[.eTag])
        let again = try await gateway.answer(.get, path, [("If-None-Match", tag)])
        #expect(again.status == .notModified)
        return response.text
      }
      return try compose(yaml: #require(text))?["servers"]?[0]?["url"]?.string
    }
    #expect(try await server(.root, "/openapi.yaml") == "/")
    #expect(try await server(Self.base, "/a/b/openapi.yaml") == "/a/b")
  }
}
