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

  @Test func `a foreign Host is refused on loopback, and taken where remote code is allowed`()
    async throws
  {
    let call = TestRequest.athena("GetCalculationExecution", #"{"CalculationExecutionId":"c"}"#) {
      $0.unsigned = []
    }
    try await LocalServer.with { (server) async throws in
      let foreign = try await server.send(call.with("Host", "evil.example:4566"))
      #expect(foreign.status == 400)
      #expect(foreign.type == "AccessDeniedException")
      var object = TestRequest.s3("GET", "/athena-local-results/demo/c/stdout")
      object["Host"] = "evil.example"
      let response = try await server.send(object)
      #expect(response.status == 403)
      #expect(response.element("Code") == "AccessDenied")
    }
    try await LocalServer.with(\.allowsRemoteCode, true) { (server) async throws in
      // As far as the signature, which was made for another host.
      let response = try await server.send(call.with("Host", "athena:4566"))
      #expect(response.type == "InvalidSignatureException")
    }
  }
}
