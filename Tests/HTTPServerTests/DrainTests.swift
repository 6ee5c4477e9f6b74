import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct DrainTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `before a drain every answer ends its connection, and new ones are taken`()
      async throws
    {
      try await withServer(handler: ignore) { server in
        let kept = try Client(server)
        try kept.send(Self.get)
        #expect(try kept.answer().fields["connection"] == nil)
        try await server.endConnectionsGently()
        for client in [kept, try Client(server)] {
          try client.send(Self.get)
          #expect(try client.answer().fields["connection"] == "close")
          #expect(client.isClosed())
        }
      }
    }

    @Test func `a drain answers what was begun, closes what is idle, and takes nobody more`()
      async throws
    {
      let gate = Gate()
      let drained = Counter()
      let handler: TestHandler = { request async throws(Refusal) in
        if request.path == "/slow" { await gate.wait() }
        return Response(status: .ok, content: .bytes([1]))
      }
      try await withServer(handler: handler) { server in
        let idle = try Client(server)
        try idle.send(Self.get)
        _ = try idle.answer()
        let busy = try Client(server)
        try busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        try await gate.hasWaiter()
        let begun = try Client(server)
        try begun.send("GET / HTTP/1.1\r\n")
        try await eventually { try await server.connectionCount() == 3 }
        try await server.drain { drained.add(1) }
        try await eventually { (try? Client(server)) == nil }
        #expect(idle.isClosed())
        try begun.send("Host: a\r\n\r\n")
        #expect(try begun.answer().fields["connection"] == "close")
        begun.close()
        #expect(drained.value == 0)
        gate.open()
        #expect(try busy.answer().fields["connection"] == "close")
        #expect(busy.isClosed())
        busy.close()
        try await eventually { drained.value == 1 }
      }
    }

    @Test func `a request that is on its way to an idle connection is answered`() async throws {
      try await withServer(handler: ignore) { server in
        let clients = try (0..<20).map { _ in try Client(server) }
        for client in clients {
          try client.send(Self.get)
          _ = try client.answer()
        }
        try await server.drain {}
        for client in clients {
          try client.send(Self.get)
          #expect(try client.answer().fields["connection"] == "close")
          client.close()
        }
      }
    }

    @Test func `who waits to be accepted when a drain begins is answered`() async throws {
      try await withServer(handler: ignore) { server in
        // The loop is held up, so that all of them are still in the kernel's queue.
        let queued = Counter()
        async let held: Void = server.thread.loop.run {
          while queued.value == 0 { continue }
          server.drainNow()
        }
        let clients = try (0..<100).map { _ in try Client(server) }
        for client in clients { try client.send(Self.get) }
        queued.add(1)
        try await held
        for client in clients {
          #expect(try client.answer().status == 200)
          client.close()
        }
      }
    }

    @Test func `before a drain who has asked nothing yet has his time`() async throws {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        try await server.endConnectionsGently()
        await pause(.milliseconds(1200))
        try client.send(Self.get)
        #expect(try client.answer().fields["connection"] == "close")
        client.close()
      }
    }

    @Test(arguments: [
      ("GET / HTTP/1.1\r\n", 408),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", 408),
      ("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", 504),
    ])
    func `who is late at the end of a drain is told so`(begin: String, status: Int) async throws {
      let gate = Gate()
      let handler: TestHandler = { request async throws(Refusal) in
        if request.path == "/slow" { await gate.wait() }
        return Response(status: .ok, content: .bytes(try await request.body.collect(upTo: 10)))
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(begin)
        try await eventually { try await server.unansweredCount() == 1 }
        let drained = Counter()
        // The last two seconds are for those who are late.
        try await server.drain(within: .milliseconds(2500)) { drained.add(1) }
        #expect(try client.answer().status == status)
        client.close()
        try await eventually { drained.value == 1 }
        gate.open()
      }
    }

    @Test func `a drain of nobody ends at once`() async throws {
      let drained = Counter()
      try await withServer(handler: ignore) { server in
        try await server.drain { drained.add(1) }
        try await eventually { drained.value == 1 }
      }
    }
  }
}
