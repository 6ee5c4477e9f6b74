import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct RequestContentTests {
    private static let expecting =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"

    @Test(arguments: [
      "zz\r\n", "-1\r\n", "5 \r\n", "5;\(String(repeating: "a", count: 3000))\r\n",
      "0\r\nHost: b\r\n\r\n",
    ])
    func `content that has broken a rule already is refused, whether the handler wants it or not`(
      content: String
    ) async throws {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        try client.send(
          "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(content)")
        #expect(try client.answer().status == 400)
        #expect(client.isClosed())
      }
    }

    @Test func `100 Continue is sent when the handler asks for the content`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        for _ in 0..<2 {
          try client.send(Self.expecting)
          #expect(try client.answer() == Answer(status: 100))
          try client.send("hi")
          #expect(text(try client.answer().content) == "POST / -\nhi")
        }
        client.close()
      }
    }

    @Test func `no 100 is sent where the content has begun to come, or HTTP/1.0 asks`()
      async throws
    {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send(Self.expecting + "hi")
        #expect(try client.answer().status == 200)
        try client.send(Self.expecting + "h")
        _ = try await server.connectionCount()
        try client.send("i")
        #expect(try client.answer().status == 200)
        let old = try Client(server)
        try old.send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        _ = try await server.connectionCount()
        try old.send("hi")
        #expect(try old.answer().status == 200)
        client.close()
      }
    }

    @Test func `no 100 is sent to whom is answered without reading, and the connection closes`()
      async throws
    {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        try client.send(Self.expecting)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["connection"] == "close")
        #expect(client.isClosed())
      }
    }

    @Test(arguments: ["Content-Length: 38\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n26\r\n"])
    func `content that was not read is never taken for a request`(framing: String) async throws {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        try client.send("POST /first HTTP/1.1\r\nHost: a\r\n\(framing)")
        let answer = try client.answer()
        #expect(text(answer.content) == "ignored /first")
        #expect(answer.fields["connection"] == "close")
        try client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.isClosed())
      }
    }

    @Test func `content that came with its head may stay unread`() async throws {
      try await withServer(handler: ignore) { server in
        let client = try Client(server)
        for _ in 0..<2 {
          try client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
          #expect(text(try client.answer().content) == "ignored /p")
        }
        client.close()
      }
    }

    @Test(arguments: [
      "Content-Length: 10000000", "Expect: 100-continue\r\nContent-Length: 10000000",
    ])
    func `a peer that goes on sending too much still reads the 413`(field: String) async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
        try client.send(bytes: [UInt8](repeating: 120, count: 10_000_000))
        #expect(try client.answer().status == 413)
        #expect(client.isClosed())
      }
    }

    @Test func `chunks past the limit are refused, and their sender reads the 413`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = latin1("40000\r\n") + [UInt8](repeating: 120, count: 0x40000) + [13, 10]
        for _ in 0..<40 { try client.send(bytes: chunk) }
        #expect(try client.answer().status == 413)
        #expect(client.isClosed())
      }
    }

    @Test func `a handler's own limit is its refusal`() async throws {
      let small: TestHandler = { request async throws(Refusal) in
        Response(status: .ok, content: .bytes(try await request.body.collect(upTo: 3)))
      }
      try await withServer(handler: small) { server in
        let client = try Client(server)
        for (content, status) in [("abc", 200), ("abcd", 413), ("ab", 200)] {
          let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.count)\r\n\r\n"
          try client.send(head + content)
          #expect(try client.answer().status == status)
        }
        client.close()
      }
    }

    @Test func `a peer that breaks off its content is told so while it can read`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi")
        client.finishSending()
        let answer = try client.answer()
        #expect(answer.status == 400)
        #expect(text(answer.content) == "disconnected")
        #expect(client.isClosed())
      }
    }
  }
}
