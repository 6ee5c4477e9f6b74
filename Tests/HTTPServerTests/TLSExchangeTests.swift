import COpenSSL
import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  /// What TLS could break of the exchanges that the plain tests see to.
  @Suite struct TLSExchangeTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A server, and what its clients connect with.
    private func withTLSServer(
      limits: Limits = Limits(), handler: @escaping TestHandler,
      _ body: (TestServer) async throws -> Void
    ) async throws {
      try await withServer(limits: limits, tls: TLSFixture.context(), handler: handler, body)
    }

    private func answering(_ bytes: [UInt8]) -> TestHandler {
      { _ in Response(status: .ok, content: .bytes(bytes)) }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A hundred pipelined requests are answered in order`(version: Int32) async throws {
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .init(version: version))
        let requests = (0..<100).map { number in
          "POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        }
        try client.send(requests.joined())
        for number in 0..<100 {
          #expect(text(try client.answer().content) == "POST /\(number) -\nabc")
        }
        client.close()
      }
    }

    @Test func `A request may come in two records, split anywhere, and in records of one byte`()
      async throws
    {
      let request = latin1("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world")
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .plain)
        for split in 1..<request.count {
          try client.send(bytes: Array(request[..<split]))
          try client.send(bytes: Array(request[split...]))
          #expect(text(try client.answer().content) == "POST /p -\nhello world")
        }
        for byte in request { try client.send(bytes: [byte]) }
        #expect(text(try client.answer().content) == "POST /p -\nhello world")
        client.close()
      }
    }

    /// Records that lie behind one another in OpenSSL's buffer come with one event alone.
    @Test func `Requests of a record each that come at once are all answered`() async throws {
      let gate = Counter()
      let handler: TestHandler = { request throws(Refusal) in
        while gate.value == 0 { await pause(.milliseconds(1)) }
        return try await echo(request)
      }
      try await withTLSServer(handler: handler) { server in
        let client = try Client(server, tls: .plain)
        for number in 0..<50 { try client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n") }
        gate.add(1)
        for number in 0..<50 {
          #expect(text(try client.answer().content) == "GET /\(number) -\n")
        }
        client.close()
      }
    }

    @Test func `100 Continue is sent when the handler asks for the content`() async throws {
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .plain)
        for _ in 0..<2 {
          try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
          #expect(try client.answer() == Answer(status: 100))
          try client.send("hi")
          #expect(text(try client.answer().content) == "POST / -\nhi")
        }
        client.close()
      }
    }

    @Test(arguments: [
      "Content-Length: 1000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nf4240\r\n",
    ])
    func `Large content is read whole`(framing: String) async throws {
      let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 / 5) }
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .plain)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)")
        try client.send(bytes: content)
        if framing.hasPrefix("T") { try client.send("\r\n0\r\n\r\n") }
        #expect(try client.answer().content == latin1("POST / -\n") + content)
        client.close()
      }
    }

    @Test func `A megabyte of content in records of one byte keeps nobody from the loop`()
      async throws
    {
      try await withTLSServer(handler: echo) { server in
        let slow = try Client(server, tls: .plain)
        let count = 200_000
        try slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
        let sending = Task.detached { [slow = Unchecked(slow)] in
          for _ in 0..<count { try slow.value.send("x") }
        }
        let client = try Client(server, tls: .plain)
        for _ in 0..<100 {
          try client.send(Self.get)
          #expect(try client.answer().status == 200)
        }
        client.close()
        try await sending.value
        #expect(try slow.answer().content.count == count + 9)
        slow.close()
      }
    }

    @Test func `A 413 is read by a peer that still sends 10 MB`() async throws {
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .plain)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
        for _ in 0..<100 { try client.send(bytes: [UInt8](repeating: 1, count: 100_000)) }
        let answer = try client.answer()
        #expect(answer.status == 413)
        #expect(answer.fields["connection"] == "close")
        #expect(client.isClosed())
      }
    }

    @Test func `A malformed request is answered, and the end is in order`() async throws {
      try await withTLSServer(handler: echo) { server in
        let client = try Client(server, tls: .plain)
        try client.send("\0" + Self.get)
        #expect(try client.answer().status == 400)
        #expect(client.isClosed())
      }
    }

    // MARK: Slow readers

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A slow reader holds the writer back, and gets all of it intact`(version: Int32)
      async throws
    {
      let piece = 64 * 1024
      let count = 512
      let written = Counter()
      let handler: TestHandler = { _ in
        let content = Response.Content.stream(length: piece * count) { writer in
          for number in 0..<count {
            try await writer.write([UInt8](repeating: UInt8(number % 251), count: piece))
            written.add(piece)
          }
        }
        return Response(status: .ok, content: content)
      }
      try await withTLSServer(handler: handler) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024, tls: .init(version: version))
        try client.send(Self.get)
        _ = try client.head()
        try await isStuck(written, server)
        #expect(written.value < 16 << 20)
        for number in 0..<count {
          #expect(try client.take(piece) == [UInt8](repeating: UInt8(number % 251), count: piece))
        }
        client.close()
      }
    }

    /// Returns once no more is written, since the kernel takes no more.
    private func isStuck(_ written: Counter, _ server: TestServer) async throws {
      try await eventually {
        let before = written.value
        for _ in 0..<100 { _ = try await server.connectionCount() }
        return before > 0 && written.value == before
      }
    }

    /// The kernel's buffer is full when the answer is in it, so that the end has to wait.
    @Test func `The last answer ends with a close_notify, however slow its reader`() async throws {
      for size in stride(from: 2_400_000, through: 6_000_000, by: 400_000) {
        try await withTLSServer(handler: answering([UInt8](repeating: 1, count: size))) { server in
          let client = try Client(server, receiveBuffer: 16 * 1024, tls: .plain)
          try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
          #expect(try client.answer().content.count == size)
          #expect(client.isClosed())
        }
      }
    }

    @Test func `A peer that takes nothing of its answer is dropped`() async throws {
      var limits = Limits()
      limits.writeStall = .milliseconds(200)
      let handler = answering([UInt8](repeating: 1, count: 32 << 20))
      try await withTLSServer(limits: limits, handler: handler) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024, tls: .plain)
        try client.send(Self.get)
        try await server.becomesIdle()
        #expect(client.rest().end == .cut)
      }
    }

    /// RFC 8446 §4.6.3: the peer may change its keys at any time, and ask for the same.
    @Test func `A change of keys is answered, while writing is blocked too`() async throws {
      let bytes = (0..<32).flatMap { [UInt8](repeating: $0, count: 256 * 1024) }
      try await withTLSServer(handler: answering(bytes)) { server in
        let client = try Client(
          server, receiveBuffer: 64 * 1024, tls: .init(version: TLS1_3_VERSION))
        for _ in 0..<3 {
          try client.send(Self.get)
          try await eventually { client.hasBytes }
          #expect(SSL_key_update(client.tls?.raw, SSL_KEY_UPDATE_REQUESTED) == 1)
          try client.send(Self.get)
          #expect(try client.answer().content == bytes)
          #expect(try client.answer().content == bytes)
        }
        client.close()
      }
    }

    // MARK: The end

    @Test func `A connection without a request ends with a close_notify`() async throws {
      var limits = Limits()
      limits.idle = .milliseconds(200)
      try await withTLSServer(limits: limits, handler: echo) { server in
        let client = try Client(server, tls: .plain)
        try client.send(Self.get)
        #expect(try client.answer().status == 200)
        #expect(client.isClosed())
      }
    }

    @Test func `A peer that has said its end is still answered`() async throws {
      let handler: TestHandler = { _ in
        await pause(.milliseconds(50))
        return Response(status: .ok, content: .bytes([1, 2, 3]))
      }
      try await withTLSServer(handler: handler) { server in
        let client = try Client(server, tls: .plain)
        try client.send(Self.get)
        client.tls?.close()
        client.finishSending()
        #expect(try client.answer().content == [1, 2, 3])
        #expect(client.isClosed())
      }
    }

    /// In order or not: content is whole by its own framing, or not at all.
    @Test(arguments: [Ending.closeNotify, .finish, .reset, .forged])
    func `Content that ends before it is whole reaches no handler`(ending: Ending) async throws {
      let (begun, whole) = (Counter(), Counter())
      let handler: TestHandler = { request throws(Refusal) in
        begun.add(1)
        _ = try await request.body.collect(upTo: 100)
        whole.add(1)
        return Response(status: .ok)
      }
      try await withTLSServer(handler: handler) { server in
        for framing in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
          let client = try Client(server, tls: .plain)
          let before = begun.value
          try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n3\r\n")
          try await eventually { begun.value == before + 1 }
          ending.apply(to: client)
          try await server.becomesIdle()
        }
      }
      #expect(begun.value == 2)
      #expect(whole.value == 0)
    }

    enum Ending {
      case closeNotify
      case finish
      case reset
      /// Bytes that no key of the connection's has made: an attacker's in the middle.
      case forged

      func apply(to client: Client) {
        switch self {
        case .closeNotify:
          client.tls?.close()
          client.finishSending()
        case .finish: client.finishSending()
        case .reset: client.reset()
        case .forged:
          var record: [UInt8] = [23, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32)
          send(client.descriptor, &record, record.count, Int32(MSG_NOSIGNAL))
        }
      }
    }

    @Test(arguments: [
      "", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi", get,
    ])
    func `A peer may go away at any time`(sent: String) async throws {
      try await withTLSServer(handler: echo) { server in
        for number in 0..<20 {
          let client = try Client(server, tls: .plain)
          if !sent.isEmpty { try client.send(sent) }
          if number % 2 == 0 { client.reset() } else { client.close() }
        }
      }
    }

    @Test func `Content that breaks off has no clean end`() async throws {
      struct Broken: Error {}
      let handler: TestHandler = { _ in
        let content = Response.Content.stream(length: nil) { writer in
          try await writer.write([1, 2, 3])
          throw Broken()
        }
        return Response(status: .ok, content: content)
      }
      try await withTLSServer(handler: handler) { server in
        for request in [Self.get, "GET / HTTP/1.0\r\n\r\n"] {
          let client = try Client(server, tls: .plain)
          try client.send(request)
          #expect(client.rest().end == .cut)
        }
      }
    }

    @Test func `Five hundred connections are served at once`() async throws {
      try await withTLSServer(handler: echo) { server in
        let clients = try (0..<500).map { _ in try Client(server, tls: .plain) }
        for round in 0..<2 {
          for client in clients { try client.send("GET /\(round) HTTP/1.1\r\nHost: a\r\n\r\n") }
          for client in clients {
            #expect(text(try client.answer().content) == "GET /\(round) -\n")
          }
        }
        for client in clients { client.close() }
      }
    }
  }
}

/// What one other thread uses meanwhile.
private struct Unchecked<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
