import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct ConnectionDeadlineTests {
    private func limits(_ change: (inout Limits) -> Void) -> Limits {
      var limits = Limits()
      change(&limits)
      return limits
    }

    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost: a\r\n", "\r\nG"])
    func `a head that does not end is a timeout`(begin: String) async throws {
      try await withServer(limits: limits { $0.headDeadline = .milliseconds(100) }, handler: echo) {
        server in
        let client = try Client(server)
        try client.send(begin)
        let answer = try client.answer()
        #expect(answer.status == 408)
        #expect(answer.fields["connection"] == "close")
        #expect(client.isClosed())
      }
    }

    @Test func `an empty line is no beginning of a request`() async throws {
      try await withServer(
        limits: limits {
          $0.headDeadline = .milliseconds(100)
          $0.idle = .milliseconds(300)
        }, handler: echo
      ) { server in
        let client = try Client(server)
        try client.send("\r\n")
        #expect(client.isClosed())
      }
    }

    @Test func `the head's deadline is one for all of it, however often a line comes`()
      async throws
    {
      let limits = limits {
        $0.headDeadline = .milliseconds(300)
        ($0.fields, $0.head) = (1_000_000, 100 << 20)
      }
      try await withServer(limits: limits, handler: echo) { server in
        let client = try Client(server)
        try client.send("GET / HTTP/1.1\r\n")
        let begin = Instant.now
        while Instant.now < begin + .seconds(5), try await server.connectionCount() > 0,
          (try? client.send("a: b\r\n")) != nil, !client.hasBytes
        {
          await pause(.milliseconds(5))
        }
        // It came while lines were still being sent.
        #expect(client.hasBytes)
        #expect(try client.answer().status == 408)
        client.close()
      }
    }

    @Test func `content that does not end is a timeout`() async throws {
      try await withServer(limits: limits { $0.bodyDeadline = .milliseconds(100) }, handler: echo) {
        server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi")
        #expect(try client.answer().status == 408)
        #expect(client.isClosed())
      }
    }

    @Test func `content that trickles is a timeout long before its deadline`() async throws {
      let limits = limits { $0.contentGrace = .milliseconds(200) }
      try await withServer(limits: limits, handler: echo) { server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        let begin = Instant.now
        while !client.hasBytes, Instant.now < begin + .seconds(20),
          (try? client.send("a")) != nil
        {
          // A hundred a second, of 240.
          await pause(.milliseconds(10))
        }
        #expect(try client.answer().status == 408)
        #expect(Instant.now < begin + .seconds(20))
        client.close()
      }
    }

    @Test func `content that comes fast enough has its whole deadline`() async throws {
      let limits = limits {
        $0.contentGrace = .milliseconds(100)
        $0.rate = 100
      }
      try await withServer(limits: limits, handler: echo) { server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        for _ in 0..<10 {
          try client.send(String(repeating: "a", count: 100))
          await pause(.milliseconds(50))
        }
        #expect(try client.answer().status == 200)
        client.close()
      }
    }

    @Test(arguments: [(0, true), (1 << 30, false)])
    func `a peer that takes its answer too slowly is dropped`(
      rate: Int, isServed: Bool
    ) async throws {
      let limits = limits {
        $0.writeStall = .milliseconds(300)
        $0.rate = rate
      }
      let size = 8 << 20
      let large: TestHandler = { _ in
        Response(status: .ok, content: .bytes([UInt8](repeating: 1, count: size)))
      }
      try await withServer(limits: limits, handler: large) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        var count = 0
        // It never stalls, and takes longer than a stall may.
        #expect(try client.head().status == 200)
        while let bytes = try? client.take(min(64 * 1024, size - count)), count < size {
          count += bytes.count
          await pause(.milliseconds(10))
        }
        #expect((count == size) == isServed)
        client.close()
      }
    }

    @Test func `the content's deadline ends with the content, and a slow handler is let be`()
      async throws
    {
      let slow: TestHandler = { request async throws(Refusal) in
        let content = try await request.body.collect(upTo: 10)
        await pause(.milliseconds(700))
        return Response(status: .ok, content: .bytes(content))
      }
      let limits = limits {
        $0.bodyDeadline = .milliseconds(500)
        $0.headDeadline = .milliseconds(500)
        $0.idle = .milliseconds(500)
        $0.writeStall = .milliseconds(500)
      }
      try await withServer(limits: limits, handler: slow) { server in
        let client = try Client(server)
        try client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try client.answer().status == 100)
        try client.send("hi")
        #expect(text(try client.answer().content) == "hi")
        client.close()
      }
    }

    @Test func `an urgent byte in a request holds nothing up`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        let request = latin1("GET /ab HTTP/1.1\r\nHost: a\r\n\r\n")
        let count = Glibc.send(client.descriptor, Array(request[..<6]), 6, Int32(MSG_OOB))
        #expect(count == 6)
        try client.send(bytes: Array(request[6...]))
        #expect(try client.answer().status == 200)
        client.close()
      }
    }

    @Test func `a connection without a request is closed silently, a new one and a kept one`()
      async throws
    {
      let limits = limits { $0.idle = .milliseconds(200) }
      try await withServer(limits: limits, handler: echo) { server in
        #expect(try Client(server).isClosed())
        let client = try Client(server)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        #expect(client.isClosed())
      }
    }

    @Test func `a peer that takes nothing of its answer is dropped`() async throws {
      let limits = limits { $0.writeStall = .milliseconds(200) }
      let large: TestHandler = { _ in
        Response(status: .ok, content: .bytes([UInt8](repeating: 1, count: 32 << 20)))
      }
      try await withServer(limits: limits, handler: large) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try await eventually { try await server.connectionCount() == 1 }
        try await server.becomesIdle()
        #expect(client.rest().end == .reset)
      }
    }

    @Test func `a condemned connection is read from for a while only`() async throws {
      try await withServer(limits: limits { $0.linger = .milliseconds(200) }, handler: echo) {
        server in
        let client = try Client(server)
        try client.send("\0")
        #expect(try client.answer().status == 400)
        let begin = Instant.now
        // Never stops by itself.
        while (try? client.send(bytes: [UInt8](repeating: 1, count: 100_000))) != nil {
          #expect(Instant.now < begin + .seconds(20))
        }
      }
    }

    @Test func `a condemned peer that never stops sending does not keep the loop from others`()
      async throws
    {
      try await withServer(limits: limits { $0.linger = .seconds(2) }, handler: echo) { server in
        let flooder = try Client(server)
        try flooder.send("\0")
        let flood = Task.detached { [flooder = Shared(flooder)] in
          while (try? flooder.client.send(bytes: [UInt8](repeating: 1, count: 1 << 20))) != nil {}
        }
        let client = try Client(server)
        let begin = Instant.now
        for _ in 0..<100 {
          try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
          #expect(try client.answer().status == 200)
        }
        #expect(Instant.now < begin + .seconds(2))
        client.close()
        await flood.value
      }
    }
  }
}

/// A client that another thread sends with.
private struct Shared: @unchecked Sendable {
  let client: Client

  init(_ client: Client) {
    self.client = client
  }
}
