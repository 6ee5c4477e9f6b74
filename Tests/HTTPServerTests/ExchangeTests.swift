import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct ExchangeTests {
    @Test func `a kept connection serves one request after the other`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        for number in 0..<3 {
          try client.send("GET /\(number)?q HTTP/1.1\r\nHost: a\r\n\r\n")
          let answer = try client.answer()
          #expect(answer.status == 200)
          #expect(text(answer.content) == "GET /\(number) q\n")
          #expect(answer.fields["connection"] == nil)
          #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
        }
        #expect(try await server.connectionCount() == 1)
        client.close()
      }
    }

    @Test func `a request comes from its connection's peer`() async throws {
      let handler: TestHandler = { request throws(Refusal) in
        Response(status: .ok, content: .bytes(Array("\(request.peer, default: "-")".utf8)))
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(text(try client.answer().content) == "127.0.0.1")
        client.close()
      }
    }

    @Test(arguments: [
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ])
    func `the connection closes after an answer where the request has it so`(request: String)
      async throws
    {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send(Self.written(request) + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().fields["connection"] == "close")
        #expect(client.isClosed())
      }
    }

    @Test func `a hundred pipelined requests are answered in order, with and without content`()
      async throws
    {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        let requests = (0..<100).map { number in
          switch number % 3 {
          case 0: "GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
          case 1: "POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
          default:
            "POST /\(number) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n0\r\n\r\n"
          }
        }
        try client.send(requests.joined())
        for number in 0..<100 {
          let answer = text(try client.answer().content)
          #expect(
            answer.hasPrefix(number % 3 == 0 ? "GET /\(number) -\n" : "POST /\(number) -\nabc"))
        }
        client.close()
      }
    }

    @Test(arguments: [
      "Content-Length: 11\r\n\r\nhello world",
      "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;x=y\r\nworld\r\n0\r\nA: b\r\n\r\n",
    ])
    func `a request may come in two parts, split anywhere`(rest: String) async throws {
      let request = latin1("POST /p HTTP/1.1\r\nHost: a\r\n\(rest)")
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        for split in 1...request.count {
          try client.send(bytes: Array(request[..<split]))
          // A round trip through the loop, so that the parts are read one by one.
          _ = try await server.connectionCount()
          try client.send(bytes: Array(request[split...]))
          #expect(text(try client.answer().content) == "POST /p -\nhello world")
        }
        for byte in request { try client.send(bytes: [byte]) }
        #expect(text(try client.answer().content) == "POST /p -\nhello world")
        client.close()
      }
    }

    @Test(arguments: ["none", "bytes", "length", "chunked"])
    func `HEAD, 204 and 304 have no content, and the connection goes on`(kind: String)
      async throws
    {
      let handler: TestHandler = { request in
        Response(status: .init(code: Int(request.query ?? "200")!), content: content(kind))
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 204)] {
          try client.send("\(method) /?\(status) HTTP/1.1\r\nHost: a\r\n\r\n")
          let answer = try client.answer(toHead: method == "HEAD")
          #expect(answer.status == status)
          #expect(answer.fields["transfer-encoding"] == nil)
          if status != 200 { #expect(answer.fields["content-length"] == nil) }
        }
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        client.close()
      }
    }

    @Test func `a refused HEAD has no content either`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("HEAD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n")
        #expect(try client.answer(toHead: true).status == 417)
        #expect(client.isClosed())
      }
    }

    @Test func `HEAD has the length that GET would have`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer(toHead: true).fields["content-length"] == "12")
        client.close()
      }
    }

    @Test func `what a handler throws is answered as a refusal, and the connection goes on`()
      async throws
    {
      let handler: TestHandler = { _ async throws(Refusal) in throw .failed }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        for _ in 0..<2 {
          try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
          let answer = try client.answer()
          #expect(answer.status == 500)
          #expect(text(answer.content) == "failed")
        }
        client.close()
      }
    }

    @Test func `a peer that has sent its request and half closed gets the whole answer`()
      async throws
    {
      try await withServer(handler: echo) { server in
        for _ in 0..<50 {
          let client = try Client(server)
          try client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
          client.finishSending()
          #expect(text(try client.answer().content) == "POST /p -\nhi")
          #expect(client.isClosed())
        }
      }
    }

    @Test(arguments: [
      ("GET /\0 HTTP/1.1\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}", 400),
      ("PRI * HTTP/2.0\r\n\r\nSM", 505),
      ("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417),
      ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
      ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n", 400),
      ("GET /{100,000 a} HTTP/1.1\r\n", 414), ("GET / HTTP/1.1\r\n{300,000 fields}", 431),
    ])
    func `nothing is served after a broken rule, and the peer gets to read which`(
      request: String, status: Int
    ) async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        try client.send(Self.written(request) + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        let answer = try client.answer()
        #expect(answer.status == status)
        #expect(answer.fields["connection"] == "close")
        #expect(client.isClosed())
      }
    }

    /// What is too long for the list of arguments, which is printed, has a name in it.
    private static func written(_ request: String) -> String {
      request.replacing("{100,000 a}", with: String(repeating: "a", count: 100_000))
        .replacing("{300,000 fields}", with: String(repeating: "a: b\r\n", count: 300_000))
    }
  }
}

private func content(_ kind: String) -> Response.Content {
  switch kind {
  case "none": .none
  case "bytes": .bytes([97, 98, 99])
  default:
    .stream(length: kind == "length" ? 3 : nil) { writer in
      try await writer.write([97])
      try await writer.write([98, 99])
    }
  }
}
