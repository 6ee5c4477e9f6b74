import EventLoop
import HTTPServer
import JSON
import Testing

@testable import LocalAthena

/// It runs anybody's code: who can reach it is decided here.
@Suite struct ClosedTests {
  @Test(arguments: ["0.0.0.0:0", "[::]:0"])
  func `an address that other machines reach is refused, unless remote code is allowed`(
    address: String
  ) async throws {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    await #expect(throws: LocalAthena.StartError.self) {
      try await loop.run {
        _ = try LocalAthena(listeningOn: ListenAddress(parsing: address), on: loop)
      }
    }
    try await loop.run {
      var options = LocalAthena.Options()
      options.allowsRemoteCode = true
      let athena = try LocalAthena(
        listeningOn: ListenAddress(parsing: address), on: loop, options: options)
      #expect(athena.port > 0)
      loop.spawn { await athena.close() }
    }
    try await loop.run {}
  }

  private static let call = TestRequest.athena(
    "GetCalculationExecution", #"{"CalculationExecutionId":"c"}"#)
  private static let object = TestRequest.s3("GET", "/athena-local-results/demo/c/stdout")
  private static let faults = TestRequest(
    method: "GET", path: "/_local/faults", headers: [("Host", "localhost:4566")])

  private static func refuses(
    _ server: LocalServer, with name: String, _ value: String, because reason: String
  ) async throws {
    let athena = try await server.send(call.with(name, value))
    #expect(athena.status == 400 && athena.type == "AccessDeniedException")
    #expect(athena.message.contains(reason))
    let s3 = try await server.send(object.with(name, value))
    #expect(s3.status == 403 && s3.element("Code") == "AccessDenied")
    let faults = try await server.send(faults.with(name, value))
    #expect(faults.status == 403 && faults.text.contains(reason))
  }

  @Test(arguments: [false, true])
  func `a foreign Host is refused on loopback, though remote code is allowed`(isAllowed: Bool)
    async throws
  {
    try await LocalServer.with(\.allowsRemoteCode, isAllowed) { (server) async throws in
      try await Self.refuses(server, with: "Host", "evil.example:4566", because: "Host")
      #expect(try await server.send(Self.call).type == "ResourceNotFoundException")
      #expect(try await server.send(Self.faults).status == 200)
    }
  }

  @Test func `an Origin is refused on every route, be it this machine's own`() async throws {
    for host in ["127.0.0.1", "0.0.0.0"] {
      try await LocalServer.with(\.allowsRemoteCode, true, listeningOn: host) {
        (server) async throws in
        for origin in ["http://localhost:4566", "null"] {
          try await Self.refuses(server, with: "Origin", origin, because: "Origin")
        }
      }
    }
  }

  @Test func `an open address is called by any name, and has no faults to ask for`() async throws {
    try await LocalServer.with(\.allowsRemoteCode, true, listeningOn: "0.0.0.0") {
      (server) async throws in
      // As far as the signature, which was made for another host.
      let response = try await server.send(Self.call.with("Host", "athena:4566"))
      #expect(response.type == "InvalidSignatureException")
      // Anybody can write `Host: localhost`.
      for request in [Self.faults, Self.faults.with("Host", "athena:4566")] {
        let response = try await server.send(request)
        #expect(response.status == 403)
        #expect(response.text.contains("/_local is off"))
      }
    }
  }
}
