import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

/// A rule of RFC 9112 or 9110, and what has broken it in other servers.
struct Rule: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int
  let requests: [String]

  init(_ description: String, _ status: Int, _ requests: [String]) {
    (testDescription, self.status, self.requests) = (description, status, requests)
  }

  /// Requests with each of these lines after the Host, and content that is as good by a length as in
  /// chunks.
  static func fields(_ description: String, _ status: Int, _ lines: String...) -> Rule {
    Rule(description, status, lines.map { "POST / HTTP/1.1\r\nHost: a\r\n\($0)\r\n\r\n0\r\n\r\n" })
  }

  /// Requests with each of these as chunked content.
  static func chunks(_ description: String, _ status: Int, _ contents: String...) -> Rule {
    Rule(
      description, status,
      contents.map { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\($0)" })
  }

  /// Requests of each of these lines.
  static func lines(_ description: String, _ status: Int, _ lines: String...) -> Rule {
    Rule(description, status, lines.map { "\($0)\r\nHost: a\r\n\r\n" })
  }
}

extension LiveServerTests {
  @Suite struct BrokenRuleTests {
    private static let framing: [Rule] = [
      .fields(
        "Content-Length and Transfer-Encoding exclude each other (9112 6.1)", 400,
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 0"),
      Rule(
        "HTTP/1.0 has no Transfer-Encoding (9112 6.1)", 400,
        ["POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]),
      .fields(
        "chunked is the last coding (9112 6.3)", 400, "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: xchunked", "Transfer-Encoding:", "Transfer-Encoding: , chunked",
        "Transfer-Encoding: \u{B}chunked", "Transfer-Encoding: chunked\u{C}",
        "Transfer-Encoding: chunked\0",
        "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
      .fields(
        "no coding but chunked is known (9112 6.1)", 501, "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked"),
      .fields(
        "Content-Length is one plain number (9112 6.3)", 400,
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 6", "Content-Length: 5, 5",
        "Content-Length: +5", "Content-Length: -1", "Content-Length: 0x5", "Content-Length: 1_0",
        "Content-Length:", "Content-Length: 5 5", "Content-Length: 05",
        "Content-Length: 99999999999999999999", "Content-Length: 9223372036854775808"),
      .fields(
        "a Content-Length is within the limit", 413, "Content-Length: 9223372036854775807",
        "Content-Length: 1048577"),
    ]

    private static let chunks: [Rule] = [
      .chunks(
        "a chunk size is hexadecimal digits, few enough (9112 7.1)", 400, "fffffffffffffffff\r\nx",
        "ffffffffffffffff\r\nx", "10000000000000000\r\nx", "7fffffffffffffff\r\nx", "-1\r\nx",
        "-2\r\nx", "+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
        "1_0\r\nx", "5 \r\nhello\r\n0\r\n\r\n", "g\r\nx", "\r\nx"),
      .chunks("a chunk size is within the limit", 413, "fffffffffffffff\r\nx", "100001\r\nx"),
      .chunks(
        "a chunk is as long as its size, and its lines end in CR LF (9112 7.1)", 400,
        "5\r\nhello!\r\n0\r\n\r\n", "6\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "5;a\rb\r\nhello\r\n0\r\n\r\n", "0\r\n\n"),
      .chunks(
        "a trailer section changes nothing of the request (9110 6.5.1)", 400,
        "5\r\nhello\r\n0\r\nHost: b\r\n\r\n", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
        "5\r\nhello\r\n0\r\nAuthorization: c\r\n\r\n"),
      .chunks(
        "an extension is a name with a value or without (9112 7.1.1)", 400,
        "5;\r\nhello\r\n0\r\n\r\n", "5;a[=b\r\nhello\r\n0\r\n\r\n"),
      .chunks(
        "framing is small beside the content (9112 7.1.1)", 400, "1;{64 KiB}\r\nx\r\n0\r\n\r\n",
        "{a byte in each of 100 chunks, with extensions}0\r\n\r\n", "0\r\na: {64 KiB}\r\n\r\n"),
    ]

    private static let heads: [Rule] = [
      Rule(
        "HTTP/1.1 has one Host, a host with an optional port (9112 3.2)", 400,
        [
          "", "Host: a\r\nHost: a\r\n", "Host: a, b\r\n", "Host: u@a\r\n", "Host: a/b\r\n",
          "Host:\r\n",
        ].map { "GET / HTTP/1.1\r\n\($0)\r\n" }),
      .fields(
        "a field line is a name, a colon and a value (9112 5.1, 5.2)", 400, "A : b", ": b",
        "a b: c",
        "(a): b", "A", "A: b\r\n c", "A: b\r\n\tc", "Content-Length : 5",
        "Transfer-Encoding\t: chunked",
        "A: b\rc", "A: b\0c", "A: \u{1}", "A: b\u{7F}"),
      Rule(
        "nothing stands before the first field (9112 2.2)", 400,
        [" ", "\t"].map { "GET / HTTP/1.1\r\n\($0)Host: a\r\n\r\n" }),
      Rule(
        "a line ends in CR LF (9112 2.2)", 400,
        [
          "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\n\n",
          "GET / HTTP/1.1\rHost: a\r\r\n\r\n", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        ]),
      .lines(
        "a target is in a form that its method has (9112 3.2)", 400, "GET * HTTP/1.1",
        "GET a:80 HTTP/1.1", "GET /% HTTP/1.1", "GET /%zz HTTP/1.1", "GET /%00 HTTP/1.1",
        "GET /\u{E9} HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\0 HTTP/1.1",
        "GET http://u@b/ HTTP/1.1", "CONNECT a HTTP/1.1", "CONNECT / HTTP/1.1"),
      .lines(
        "a request line has two spaces (9112 3)", 400, "GET  / HTTP/1.1", "GET /\tHTTP/1.1",
        "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /", "G(T / HTTP/1.1"),
      .lines(
        "a target has a limit (9112 3)", 414, "GET /{64 KiB} HTTP/1.1", "GET /{64 KiB}"),
      .lines("a method has a limit", 400, "{64 KiB}", "{64 KiB} / HTTP/1.1"),
      .fields("a head has a limit", 431, "A: {64 KiB}", "{300,000 fields}"),
      .lines(
        "the version is HTTP/1 (9110 2.5)", 505, "GET / HTTP/2.0", "PRI * HTTP/2.0",
        "GET / HTTP/0.9"),
      Rule(
        "what is no HTTP at all is told at once", 400,
        ["\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}", "\0\u{FF}\u{FE}", "\u{80}\u{1}"]),
      .fields("an expectation is 100-continue (9110 10.1.1)", 417, "Expect: x", "Expect:"),
    ]

    @Test(arguments: framing + chunks + heads)
    func `what breaks a rule is refused, and nothing behind it is served`(rule: Rule) async throws {
      let served = Counter()
      let handler: TestHandler = { request async throws(Refusal) in
        let answer = try await echo(request)
        served.add(1)
        return answer
      }
      try await withServer(handler: handler) { server in
        for (number, request) in rule.requests.enumerated() {
          let client = try Client(server)
          try client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
          // The peer may have been refused, and the rest of what it sends be thrown away.
          try client.send(Self.written(request) + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
          #expect(try client.answer().status == 200)
          let answer = try client.answer()
          #expect(answer.status == rule.status, "\(request)")
          #expect(answer.fields["connection"] == "close", "\(request)")
          #expect(client.isClosed(), "\(request)")
          #expect(served.value == number + 1, "\(request)")
        }
      }
    }

    @Test func `fields of a trailer section are never those of the request`() async throws {
      let handler: TestHandler = { request async throws(Refusal) in
        _ = try await request.body.collect(upTo: 100)
        let names = request.fields.all.map(\.name).joined(separator: " ")
        return Response(
          status: .ok, content: .bytes(Array("\(names) \(request.authority ?? "")".utf8)))
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        for _ in 0..<2 {
          try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
              + "Origin: b\r\nX-Request-Id: c\r\n\r\n"
          )
          #expect(text(try client.answer().content) == "Host Transfer-Encoding a")
        }
        client.close()
      }
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "DELETE"])
    func `the content of any request is never the next request`(method: String) async throws {
      let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
      try await withServer(handler: ignore) { server in
        for isWhole in [true, false] {
          let client = try Client(server)
          let length = smuggled.utf8.count + (isWhole ? 0 : 1)
          try client.send(
            "\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n\(smuggled)")
          let answer = try client.answer(toHead: method == "HEAD")
          #expect(answer.status == 200)
          #expect((answer.fields["connection"] == "close") == !isWhole)
          if isWhole { try client.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
          if isWhole { #expect(text(try client.answer().content) == "ignored /x") }
          #expect(client.isClosed())
        }
      }
    }

    @Test func `an upgrade is passed over, and what follows is HTTP`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        try client.send(
          "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            + "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        for line in ["GET /a -\n", "CONNECT  -\n", "GET /b -\n"] {
          #expect(text(try client.answer().content) == line)
        }
        client.close()
      }
    }

    @Test func `a target of 8,000 octets is served`() async throws {
      try await withServer(handler: echo) { server in
        let client = try Client(server)
        let target = "/" + String(repeating: "a", count: 7999)
        try client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(text(try client.answer().content) == "GET \(target) -\n")
        client.close()
      }
    }

    /// What is too long for the list of arguments, which is printed, has a name in it.
    private static func written(_ request: String) -> String {
      let laden = "1;\(String(repeating: "a", count: 500))\r\nx\r\n"
      return
        request
        .replacing("{64 KiB}", with: String(repeating: "a", count: 64 * 1024))
        .replacing("{300,000 fields}", with: String(repeating: "a: b\r\n", count: 300_000))
        .replacing(
          "{a byte in each of 100 chunks, with extensions}",
          with: String(repeating: laden, count: 100))
    }
  }
}
