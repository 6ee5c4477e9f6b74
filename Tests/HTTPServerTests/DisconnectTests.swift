import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  /// Each server of these tests is seen to have no connection and no descriptor left at its end.
  @Suite struct DisconnectTests {
    @Test(arguments: [
      "", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `a peer may go away at any time`(sent: String) async throws {
      try await withServer(handler: echo) { server in
        for number in 0..<20 {
          let client = try Client(server)
          try client.send(sent)
          if number % 2 == 0 { client.reset() } else { client.close() }
        }
        let client = try Client(server)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        client.close()
      }
    }

    @Test
    func `what of an answer was sent before its connection ended is known, and that it was cut`()
      async throws
    {
      let seen = Deliveries()
      let large = [UInt8](repeating: 0, count: 50_000_000)
      let handler: TestHandler = { request in
        let content = request.path == "/all" ? [1, 2] : large
        var response = Response(status: .ok, content: .bytes(content))
        response.observer = seen
        return response
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send("GET /all HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        // Whoever reads nothing has what the kernel has taken.
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while try await server.unansweredCount() == 0 {}
        try await server.close()
        try await seen.wait(for: 2)
        client.close()
      }
      let all = seen.all.withLock { $0 }
      #expect(all.map(\.outcome) == [.complete, .cut])
      #expect(all[0].sent == 2)
      #expect((1..<large.count).contains(all[1].sent))
    }

    @Test func `a peer that is gone while its handler works is forgotten before the answer`()
      async throws
    {
      let gate = Gate()
      let handler: TestHandler = { _ in
        await gate.wait()
        return Response(status: .ok, content: .bytes([1]))
      }
      try await withServer(handler: handler) { server in
        for _ in 0..<10 {
          let client = try Client(server)
          try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
          try await gate.hasWaiter()
          client.reset()
          try await server.becomesIdle()
          gate.open()
        }
      }
    }

    @Test func `a handler may outlive its server`() async throws {
      let gate = Gate()
      let ended = Counter()
      let server = try await TestServer(Limits()) { request async throws(Refusal) in
        await gate.wait()
        let content = try? await request.body.collect(upTo: 10)
        #expect(content == nil)
        ended.add(1)
        return Response(status: .ok)
      }
      let client = try Client(server)
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
      try await gate.hasWaiter()
      try await server.close()
      gate.open()
      try await eventually { ended.value == 1 }
      for _ in 0..<10 { _ = try await server.connectionCount() }
      #expect(client.rest().end == .reset)
      server.thread.stopAndJoin()
    }

    @Test func `a server's end ends its connections and frees its port`() async throws {
      let server = try await TestServer(Limits(), echo)
      let client = try Client(server)
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.answer().status == 200)
      try await server.close()
      #expect(client.isClosed())
      #expect(throws: Client.Failure.self) { _ = try Client(server) }
      #expect(server.descriptorCount < server.restingDescriptors)
      server.thread.stopAndJoin()
    }

    @Test func `a thousand connections are served at once`() async throws {
      try await withServer(handler: echo) { server in
        let clients = try (0..<1000).map { _ in try Client(server) }
        try await eventually { try await server.connectionCount() == 1000 }
        for round in 0..<2 {
          for client in clients { try client.send("GET /\(round) HTTP/1.1\r\nHost: a\r\n\r\n") }
          for client in clients {
            #expect(text(try client.answer().content) == "GET /\(round) -\n")
          }
        }
        for client in clients { client.close() }
      }
    }

    @Test func `ten thousand connections that are reset at once leave nothing behind`()
      async throws
    {
      try await withServer(handler: echo) { server in
        for number in 0..<10_000 {
          let client = try Client(server)
          if number % 3 == 0 { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
          client.reset()
        }
      }
    }
  }
}

/// What became of answers.
private final class Deliveries: DeliveryObserver, Sendable {
  let all = Lock([Delivery]())

  func didDeliver(_ delivery: Delivery) {
    all.withLock { $0.append(delivery) }
  }

  func wait(for count: Int) async throws {
    while all.withLock({ $0.count }) < count { try await Task.sleep(for: .milliseconds(1)) }
  }
}
