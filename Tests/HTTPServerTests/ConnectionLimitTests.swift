import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct ConnectionLimitTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let livez = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"

    private func limits(_ change: (inout Limits) -> Void) -> Limits {
      var limits = Limits()
      change(&limits)
      return limits
    }

    /// Clients whose connections the server has accepted.
    private func clients(_ count: Int, of server: TestServer) async throws -> [Client] {
      let before = try await server.connectionCount()
      let clients = try (0..<count).map { _ in try Client(server) }
      try await eventually { try await server.connectionCount() == before + count }
      return clients
    }

    @Test func `past the limit whether the server lives is answered, and nothing else`()
      async throws
    {
      try await withServer(limits: limits { $0.connections = 2 }, handler: ignore) { server in
        let regular = try await clients(2, of: server)
        for (request, status) in [(Self.livez, 200), (Self.get, 503), (Self.livez, 200)] {
          let client = try Client(server)
          try client.send(request)
          let answer = try client.answer()
          #expect(answer.status == status)
          #expect(answer.fields["connection"] == "close")
          #expect(client.isClosed())
        }
        for client in regular {
          try client.send(Self.get + Self.get)
          for _ in 0..<2 { #expect(try client.answer().status == 200) }
          client.close()
        }
      }
    }

    @Test func `a connection that ends makes room for a regular one`() async throws {
      try await withServer(limits: limits { $0.connections = 1 }, handler: ignore) { server in
        for _ in 0..<5 {
          let client = try Client(server)
          try client.send(Self.get)
          #expect(try client.answer().status == 200)
          client.close()
          try await server.becomesIdle()
        }
      }
    }

    @Test func `a reserved place is for one small request at once`() async throws {
      let limits = limits {
        $0.connections = 0
        $0.headDeadline = .milliseconds(200)
      }
      try await withServer(limits: limits, handler: ignore) { server in
        let large = try Client(server)
        try large.send("GET /livez HTTP/1.1\r\nHost: a\r\nA: ")
        try large.send(String(repeating: "a", count: 3000) + "\r\n\r\n")
        #expect(try large.answer().status == 431)
        let slow = try Client(server)
        try slow.send("GET /livez")
        #expect(try slow.answer().status == 408)
        let content = try Client(server)
        try content.send("POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        #expect(try content.answer().fields["connection"] == "close")
        let silent = try Client(server)
        let begin = Instant.now
        #expect(silent.isClosed())
        #expect(Instant.now < begin + .seconds(10))
      }
    }

    @Test func `the silent have no hold on the reserve: the oldest of them makes room`()
      async throws
    {
      try await withServer(limits: limits { $0.connections = 0 }, handler: ignore) { server in
        let silent = try await clients(8, of: server)
        for round in 0..<3 {
          let client = try Client(server)
          try client.send(Self.livez)
          #expect(try client.answer().status == 200)
          #expect(silent[round].isClosed())
        }
        #expect(try await server.connectionCount() <= 8)
      }
    }

    @Test func `a flood of connections past the limit keeps nobody from asking`() async throws {
      try await withServer(limits: limits { $0.connections = 0 }, handler: ignore) { server in
        for _ in 0..<20 {
          let flood = try (0..<100).map { _ in try Client(server) }
          let client = try Client(server)
          try client.send(Self.livez)
          #expect(try client.answer().status == 200)
          for client in flood { client.reset() }
        }
      }
    }

    @Test func `who asks before a flood comes is answered`() async throws {
      try await withServer(limits: limits { $0.connections = 0 }, handler: ignore) { server in
        // The loop is held up, so that all of them are accepted after the last has come.
        let hasAll = Counter()
        async let held: Void = server.thread.loop.run { while hasAll.value == 0 { continue } }
        let client = try Client(server)
        try client.send(Self.livez)
        let flood = try (0..<100).map { _ in try Client(server) }
        hasAll.add(1)
        try await held
        #expect(try client.answer().status == 200)
        for client in flood { client.reset() }
      }
    }

    @Test func `a connection ends with the last request that it may have`() async throws {
      try await withServer(limits: limits { $0.requests = 3 }, handler: ignore) { server in
        let client = try Client(server)
        for number in 1...3 {
          try client.send(Self.get)
          let answer = try client.answer()
          #expect(answer.status == 200)
          #expect(answer.fields["connection"] == (number == 3 ? "close" : nil))
        }
        #expect(client.isClosed())
      }
    }

    @Test func `a hundred pipelined requests are answered in their order`() async throws {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        try client.send(
          (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for number in 0..<100 {
          #expect(text(try client.answer().content) == "ignored /\(number)")
        }
        client.close()
      }
    }

    @Test func `a pipeline has an end, and one that waits for its answers has none`() async throws {
      try await withServer(limits: limits { $0.pipelined = 3 }, handler: ignore) { server in
        let client = try Client(server)
        try client.send(String(repeating: Self.get, count: 10))
        for number in 1...3 {
          #expect(try client.answer().fields["connection"] == (number == 3 ? "close" : nil))
        }
        #expect(client.isClosed())
        let patient = try Client(server)
        for _ in 0..<10 {
          try patient.send(Self.get + Self.get)
          for _ in 0..<2 { #expect(try patient.answer().fields["connection"] == nil) }
        }
        patient.close()
      }
    }

    @Test func `small contents find room when large ones have taken up the budget`() async throws {
      let limits = limits { ($0.bodies, $0.freeBody) = (1000, 500) }
      try await withServer(limits: limits, handler: echo) { server in
        let large = try (0..<3).map { _ in
          let client = try Client(server)
          try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n")
          try client.send(String(repeating: "a", count: 1400))
          return client
        }
        try await eventually { try await server.connectionCount() < 3 || large[2].hasBytes }
        #expect(try large[2].answer().status == 503)
        let small = try Client(server)
        try small.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n")
        try small.send(String(repeating: "a", count: 500))
        #expect(try small.answer().status == 200)
        for client in large + [small] { client.close() }
      }
    }

    @Test(arguments: [
      "Content-Length: 600\r\n\r\n" + String(repeating: "a", count: 600),
      "Transfer-Encoding: chunked\r\n\r\n258\r\n" + String(repeating: "a", count: 600)
        + "\r\n0\r\n\r\n",
    ])
    func `the contents of all requests have one budget, which they give back`(
      content: String
    ) async throws {
      let gate = Gate()
      let handler: TestHandler = { request async throws(Refusal) in
        let content = try await request.body.collect(upTo: 1000)
        await gate.wait()
        return Response(status: .ok, content: .bytes(content))
      }
      let limits = limits { ($0.bodies, $0.freeBody) = (1000, 0) }
      try await withServer(limits: limits, handler: handler) { server in
        for _ in 0..<3 {
          let first = try Client(server)
          try first.send("POST / HTTP/1.1\r\nHost: a\r\n" + content)
          try await gate.hasWaiter()
          let second = try Client(server)
          try second.send("POST / HTTP/1.1\r\nHost: a\r\n" + content)
          #expect(try second.answer().status == 503)
          #expect(second.isClosed())
          gate.open()
          #expect(try first.answer().content.count == 600)
          first.close()
        }
      }
    }
  }
}
