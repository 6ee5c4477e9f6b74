import HTTPMessage
import HTTPTypes
import Testing

@testable import Gateway

struct HostPolicyTests {
  private func refusal(
    host: String?, origin: String? = nil, scheme: String = "http", isLoopback: Bool = true,
    allowed: [String] = [], isHealthCheck: Bool = false
  ) -> ProblemCode? {
    let policy = HostPolicy(isLoopback: isLoopback, allowedHosts: allowed)
    let request = Request(
      method: .get, path: "/", scheme: scheme, authority: host,
      fields: FieldSection(origin.map { [("Origin", $0)] } ?? []))
    return problem { () throws(Problem) in
      try policy.check(request, isHealthCheck: isHealthCheck)
    }?.code
  }

  @Test(arguments: [
    "localhost", "LocalHost:8080", "localhost:", "127.0.0.1", "127.0.0.1:8080", "127.255.1.2:1",
    "[::1]", "[::1]:8080",
  ])
  func `A loopback listener answers to loopback names`(host: String) {
    #expect(refusal(host: host) == nil)
  }

  @Test(arguments: [
    "example.com", "127.0.0.1.evil.com", "127.0.0.1.evil.com:8080", "localhost.evil.com",
    "evil.com:127", "127.evil.com", "127.0.0", "127.1", "127.0.0.256", "127.0.0.1.", "127.0.0.+1",
    "127.0.0.-0", "127.0.0.0001", "127..0.1", "128.0.0.1", "0.0.0.0", "10.0.0.1", "[::2]",
    "[::ffff:127.0.0.1]", "[::1]evil", "::1", "localhost.", "xlocalhost", "",
  ])
  func `It answers to no other`(host: String) {
    #expect(refusal(host: host) == .misdirectedRequest)
  }

  @Test func `A name that the operator allows is the gateway's, whatever its case and port`() {
    #expect(refusal(host: "GW.example:99", allowed: ["gw.Example"]) == nil)
    #expect(refusal(host: "localhost", allowed: ["gw.example"]) == nil)
    #expect(refusal(host: "x.gw.example", allowed: ["gw.example"]) == .misdirectedRequest)
    #expect(refusal(host: "[fd00::1]:80", allowed: ["[fd00::1]"]) == nil)
  }

  @Test func `Another listener answers to every name, unless some are listed`() {
    #expect(refusal(host: "anything:1", isLoopback: false) == nil)
    #expect(
      refusal(host: "anything", isLoopback: false, allowed: ["gw"]) == .misdirectedRequest)
    #expect(
      refusal(host: "localhost", isLoopback: false, allowed: ["gw"]) == .misdirectedRequest)
    #expect(refusal(host: "gw", isLoopback: false, allowed: ["gw"]) == nil)
  }

  @Test func `A health check may use any name, but for a page's and on a loopback address`() {
    func refusal(origin: String? = nil, isLoopback: Bool = false) -> ProblemCode? {
      self.refusal(
        host: "10.1.2.3:8080", origin: origin, isLoopback: isLoopback, allowed: ["gw"],
        isHealthCheck: true)
    }
    #expect(refusal() == nil)
    #expect(refusal(origin: "http://10.1.2.3:8080") == .misdirectedRequest)
    #expect(refusal(isLoopback: true) == .misdirectedRequest)
  }

  @Test(arguments: [
    ("/livez", 200), ("/readyz", 200), ("/athena/livez", 200), ("/", 421), ("/livez/", 421),
    ("/athena/sessions", 421),
    ("/athena/openapi.yaml", 421), ("/athena/problems/range", 421),
  ])
  func `Nothing but a health check may use any name`(path: String, status: Int) async throws {
    let hosts = HostPolicy(isLoopback: false, allowedHosts: ["gw.example"])
    let answer = try await withGateway(hosts: hosts, basePath: BasePath("/athena")!) { gateway in
      try await gateway.answer(.get, path).answer
    }
    #expect(answer.status.code == status)
  }

  @Test func `HTTP/1.0 has no host to judge`() {
    #expect(refusal(host: nil) == nil)
    #expect(refusal(host: nil, origin: "http://localhost") == .origin)
  }

  private static let origins: [(String, String, String, Bool)] = [
    ("http", "localhost:8080", "http://localhost:8080", true),
    ("http", "LOCALHOST:8080", "http://localhost:8080", true),
    ("http", "localhost", "http://localhost:80", true),
    ("http", "localhost:80", "http://localhost", true),
    ("https", "localhost:443", "https://localhost", true),
    ("http", "[::1]:8080", "http://[::1]:8080", true),
    ("http", "localhost:443", "http://localhost", false),
    ("http", "localhost:8080", "http://localhost", false),
    ("http", "localhost:8080", "http://localhost:8081", false),
    ("http", "localhost:8080", "https://localhost:8080", false),
    ("http", "localhost:8080", "http://127.0.0.1:8080", false),
    ("http", "localhost:8080", "http://evil.com", false),
    ("http", "localhost:8080", "http://localhost:8080.evil.com", false),
    ("http", "localhost:8080", "http://localhost:8080/", false),
    ("http", "localhost:8080", "http://localhost:8080, http://evil.com", false),
    ("http", "localhost:8080", "http://evil@localhost:8080", false),
    ("http", "localhost:8080", "null", false),
    ("http", "localhost:8080", "", false),
    ("http", "localhost:8080", "localhost:8080", false),
    ("http", "localhost:8080", "http://LOCALHOST:8080", true),
    ("http", "localhost:8080", "HTTP://localhost:8080", false),
    ("http", "localhost:8080", "https://app.example", false),
    ("http", "localhost:08080", "http://localhost:8080", false),
    ("http", "localhost:8080", "file://", false),
  ]

  @Test(arguments: origins)
  func `An origin is the gateway's own or refused`(
    scheme: String, host: String, origin: String, isOwn: Bool
  ) {
    let code = refusal(host: host, origin: origin, scheme: scheme)
    #expect(code == (isOwn ? nil : .origin))
  }
}
