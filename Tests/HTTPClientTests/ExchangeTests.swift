import HTTPClient
import HTTPMessage
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
  @Test func `a request goes out as it was given, its path untouched`() async throws {
    let seen = Signal<String>()
    let server = RawServer { peer in
      seen.fire(peer.readRequest()?.head ?? "")
      peer.write("HTTP/1.1 204 No Content\r\n\r\n")
    }
    let request = ClientRequest(
      .get, server.url("/a/../b//c?q=%2F&r"), fields: [("X-Empty", ""), ("x-one", "1 2")])
    _ = try await outcome(of: request).get()
    #expect(
      await seen.wait() == """
        GET /a/../b//c?q=%2F&r HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: test\r
        X-Empty: \r
        x-one: 1 2\r
        \r

        """)
  }

  @Test(arguments: [
    ("", "/"), ("?q=/", "/?q=/"), ("#f", "/"), ("/a#f?q", "/a"), ("/?q#f", "/?q"), ("//b", "//b"),
  ])
  func `a target has a path, and no fragment`(rest: String, target: String) async throws {
    let seen = Signal<String>()
    let server = RawServer { peer in
      seen.fire(peer.readRequest()?.head ?? "")
      peer.write("HTTP/1.1 204 No Content\r\n\r\n")
    }
    let url = "http://127.0.0.1:\(server.port)\(rest)"
    _ = try await outcome(of: ClientRequest(.get, url)).get()
    let head = try #require(await seen.wait())
    #expect(head.hasPrefix("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
  }

  @Test func `an answer that comes before the whole request is taken, and ends the connection`()
    async throws
  {
    let server = RawServer { peer in
      peer.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
      peer.waitForEnd()
    }
    let body = [UInt8](repeating: 7, count: 32 << 20)
    let statuses = try await withClient { client, _ in
      var statuses: [Int?] = []
      for _ in 0..<2 {
        let outcome = await client.outcome(of: ClientRequest(.post, server.url(), body: body))
        statuses.append(try? outcome.get().status)
      }
      return statuses
    }
    #expect(statuses == [413, 413])
    #expect(server.connections == 2)
  }

  // A 304 declares the length that a 200 would have; what a 204 declares is taken for what it sends next.
  @Test(arguments: [("204 No Content", 2), ("304 Not Modified", 1)])
  func `an answer that has no content ends with its head, whatever length it declares`(
    status: String, connections: Int
  ) async throws {
    let server = RawServer(answering: "HTTP/1.1 \(status)\r\nContent-Length: 5\r\n\r\n")
    let bodies = try await withClient { client, _ in
      let request = ClientRequest(.get, server.url())
      return [try await client.send(request).body, try await client.send(request).body]
    }
    #expect(bodies == [[], []])
    #expect(server.connections == connections)
  }

  @Test func `status, fields and content come back`() async throws {
    let server = RawServer(
      answering: "HTTP/1.1 404 Gone\r\nA: 1\r\nb:\t2 \r\nA: 3\r\nContent-Length: 2\r\n\r\nhi")
    let response = try await outcome(of: ClientRequest(.get, server.url())).get()
    #expect(response.status == 404)
    #expect(response.fields[HTTPField.Name("a")!] == "1, 3")
    #expect(response.fields[HTTPField.Name("B")!] == "2")
    #expect(response.fields.count == 4)
    #expect(response.body == Array("hi".utf8))
  }

  @Test func `a folded field is one value with a space`() async throws {
    let server = RawServer(
      answering: "HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\nContent-Length: 0\r\n\r\n")
    let response = try await outcome(of: ClientRequest(.get, server.url())).get()
    #expect(response.fields[HTTPField.Name("a")!] == "1 2")
  }

  @Test(arguments: [ClientRequest.Method.post, .put])
  func `a large body arrives whole`(method: ClientRequest.Method) async throws {
    let body = (0..<800_000).map { UInt8(truncatingIfNeeded: $0 &* 31 / 7) }
    let server = RawServer { peer in
      guard let request = peer.readRequest() else { return }
      let word = request.head.prefix { $0 != " " }
      let types = request.head.lowercased().contains("content-type")
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(word) \(types) ")
      peer.write(request.body)
    }
    let request = ClientRequest(method, server.url(), body: body)
    let answer = try await outcome(of: request).get().body
    #expect(answer == Array((method == .post ? "POST false " : "PUT false ").utf8) + body)
  }

  @Test func `a large body waits for no 100 Continue`() async throws {
    let server = RawServer { peer in
      guard let request = peer.readRequest() else { return }
      let expects = request.head.lowercased().contains("expect")
      let text = "\(expects) \(request.body.count)"
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }
    let body = [UInt8](repeating: 7, count: 2 << 20)
    let outcome = try await outcome(of: ClientRequest(.post, server.url(), body: body))
    #expect(outcome.text == "false \(2 << 20)")
  }

  @Test func `an empty POST declares its length and sends nothing`() async throws {
    let server = RawServer { peer in
      let head = peer.readRequest()?.head ?? ""
      let text = "\(head.contains("Content-Length: 0\r\n"))"
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }
    let outcome = try await outcome(of: ClientRequest(.post, server.url()))
    #expect(outcome.text == "true")
  }

  @Test func `HEAD ends with the head, whatever length it declares`() async throws {
    let server = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n")
    let response = try await outcome(of: ClientRequest(.head, server.url())).get()
    #expect(response.fields[.contentLength] == "5000000000")
    #expect(response.body.isEmpty)
  }

  @Test func `one handle serves each method in turn`() async throws {
    let server = RawServer { peer in
      while let (head, body) = peer.readRequest() {
        let word = head.prefix { $0 != " " }
        let text = word == "HEAD" ? "" : "\(word) \(body.count)"
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
      }
    }
    let methods: [ClientRequest.Method] = [.put, .get, .head, .post, .head, .put, .post, .get]
    let texts = try await withClient { client, _ in
      var texts: [String?] = []
      for method in methods {
        let hasBody = method == .post || method == .put
        let request = ClientRequest(method, server.url(), body: hasBody ? [1, 2] : [])
        texts.append(await client.outcome(of: request).text)
      }
      return texts
    }
    #expect(texts == ["PUT 2", "GET 0", "", "POST 2", "", "PUT 2", "POST 2", "GET 0"])
    #expect(server.connections == 1)
  }

  @Test func `interim answers are skipped, with their fields`() async throws {
    let server = RawServer(
      answering: """
        HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r
        HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi
        """)
    let response = try await outcome(of: ClientRequest(.get, server.url())).get()
    #expect(response.status == 200)
    #expect(response.fields.all.map(\.name) == ["Content-Length"])
  }

  @Test func `trailers are not fields`() async throws {
    let server = RawServer(
      answering: """
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r
        2\r\nhi\r\n0\r\nX-Late: 1\r\n\r\n
        """)
    let response = try await outcome(of: ClientRequest(.get, server.url())).get()
    #expect(response.body == Array("hi".utf8))
    #expect(response.fields.all.map(\.name) == ["Transfer-Encoding"])
  }

  @Test func `a redirect is an answer`() async throws {
    let other = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let server = RawServer(
      answering: "HTTP/1.1 302 Found\r\nLocation: \(other.url())\r\nContent-Length: 0\r\n\r\n")
    let response = try await outcome(of: ClientRequest(.get, server.url())).get()
    #expect(response.status == 302)
    #expect(response.fields[.location] == other.url())
    #expect(other.connections == 0)
  }
}
