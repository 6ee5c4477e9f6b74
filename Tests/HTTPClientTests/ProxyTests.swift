import Glibc
import HTTPClient
import HTTPMessage
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
  static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

  @Test func `a request for https asks the proxy for a tunnel, and tells who asks`() async throws {
    let seen = Signal<String>()
    let proxy = RawServer { peer in
      if let request = peer.readRequest() { seen.fire(request.head) }
      peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    }
    _ = try await outcome("https://aws.example/", "http://us%40er:p%3Ass@127.0.0.1:\(proxy.port)")
    let head = try #require(await seen.wait())
    #expect(head.hasPrefix("CONNECT aws.example:443 HTTP/1.1\r\nHost: aws.example:443\r\n"))
    // us@er:p:ss
    #expect(head.contains("\r\nProxy-Authorization: Basic dXNAZXI6cDpzcw==\r\n"))
  }

  @Test func `what a request carries goes through the tunnel and not to the proxy`() async throws {
    let server = TLSServer(name: "IP:127.0.0.1")
    let proxy = TunnelProxy()
    let configuration = HTTPClient.Configuration(
      userAgent: "test", connectDeadline: .seconds(15), authorities: server.certificate,
      proxies: try proxies(proxy.url))
    let outcome = try await HTTPClientTests.outcome(
      of: ClientRequest(
        .get, "https://127.0.0.1:\(server.port)/", fields: [("X-Secret", "hunter2")]),
      configuration)
    let response = try outcome.get()
    #expect(response.status == 200)
    // The fields of the proxy's own answer are not the server's.
    #expect(response.fields[HTTPField.Name("X-From-Proxy")!] == nil)
    let head = try #require(await proxy.seen.wait())
    #expect(head.hasPrefix("CONNECT 127.0.0.1:\(server.port) "))
    #expect(!head.contains("hunter2"))
  }

  @Test func `the certificate of a server behind a proxy is verified`() async throws {
    let server = TLSServer(name: "DNS:elsewhere.example")
    let proxy = TunnelProxy()
    let configuration = HTTPClient.Configuration(
      userAgent: "test", connectDeadline: .seconds(15), authorities: server.certificate,
      proxies: try proxies(proxy.url))
    let outcome = try await HTTPClientTests.outcome(
      of: ClientRequest(.get, "https://127.0.0.1:\(server.port)/"), configuration)
    #expect(await proxy.seen.wait() != nil)
    guard case .tls = outcome.error else { return #expect(outcome.error == .tls("")) }
  }

  @Test func `a request for http goes to the proxy as a whole`() async throws {
    let seen = Signal<String>()
    let proxy = RawServer { peer in
      if let request = peer.readRequest() { seen.fire(request.head) }
      peer.write(Self.answer)
    }
    let outcome = try await outcome("http://aws.example/x", "http://127.0.0.1:\(proxy.port)")
    #expect(outcome.text == "hi")
    let head = try #require(await seen.wait())
    #expect(head.hasPrefix("GET http://aws.example/x HTTP/1.1\r\nHost: aws.example\r\n"))
    #expect(!head.contains("Proxy-Authorization"))
  }

  @Test func `a proxy of plain http is told who asks, and the path alone is the server's`()
    async throws
  {
    let seen = Signal<String>()
    let proxy = RawServer { peer in
      if let request = peer.readRequest() { seen.fire(request.head) }
      peer.write(Self.answer)
    }
    let url = "http://us%40er:p%3Ass@127.0.0.1:\(proxy.port)"
    let outcome = try await outcome("http://Aws.example:8080?x", url)
    #expect(outcome.text == "hi")
    let head = try #require(await seen.wait())
    #expect(
      head.hasPrefix(
        "GET http://aws.example:8080/?x HTTP/1.1\r\nHost: aws.example:8080\r\n"))
    #expect(head.contains("\r\nProxy-Authorization: Basic dXNAZXI6cDpzcw==\r\n"))
  }

  @Test(arguments: [
    (407, "it wants a user and a password"), (502, "does not lead there"), (403, "403 to CONNECT"),
  ])
  func `a proxy that refuses is named, without its password`(status: Int, words: String)
    async throws
  {
    let proxy = RawServer(
      answering: "HTTP/1.1 \(status) No\r\nContent-Length: 5\r\nX: y\r\n\r\nsorry")
    let outcome = try await outcome(
      "https://aws.example/", "http://user:hunter2@127.0.0.1:\(proxy.port)")
    guard case .proxy(let reason) = outcome.error else {
      return #expect(outcome.error == .proxy(""))
    }
    #expect(reason.contains("http://127.0.0.1:\(proxy.port)"))
    #expect(reason.contains(words))
    #expect(!reason.contains("hunter2") && !reason.contains("user:"))
  }

  @Test func `a proxy of plain http that wants to know who asks is no answer of the server's`()
    async throws
  {
    let proxy = RawServer(answering: "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    let outcome = try await outcome("http://aws.example/", "http://127.0.0.1:\(proxy.port)")
    guard case .proxy(let reason) = outcome.error else {
      return #expect(outcome.error == .proxy(""))
    }
    #expect(reason.contains("407"))
  }

  @Test func `a stream that a proxy answers for itself leaves nothing behind`() async throws {
    let proxy = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 407 No\r\nContent-Length: 1000000\r\n\r\n")
      peer.write([UInt8](repeating: 7, count: 1_000_000))
      peer.waitForEnd()
    }
    let configuration = HTTPClient.Configuration(
      userAgent: "test", transfers: 1, proxies: try proxies("http://127.0.0.1:\(proxy.port)"))
    try await withClient(configuration) { client, _ in
      for _ in 0..<3 {
        let error = await #expect(throws: HTTPClientError.self) {
          _ = try await client.open(ClientRequest(.get, "http://aws.example/"))
        }
        guard case .proxy = error else { return #expect(error == .proxy("")) }
      }
    }
  }

  @Test(arguments: ["http", "https"])
  func `a proxy that is not there is named`(scheme: String) async throws {
    // Bound to the end and never listening: nobody else can have the port, and nobody answers there.
    let taken = bindToLoopback()
    defer { close(taken) }
    let port = boundPort(of: taken)
    for url in ["http://127.0.0.1:\(port)", "http://no-such-proxy.invalid:\(port)"] {
      let outcome = try await outcome("\(scheme)://aws.example/", url)
      guard case .proxy(let reason) = outcome.error else {
        return #expect(outcome.error == .proxy(""))
      }
      #expect(reason.contains("the proxy \(url): "))
    }
  }

  @Test(arguments: ["", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\n"])
  func `a proxy that ends without an answer is named`(bytes: String) async throws {
    let proxy = RawServer { peer in
      _ = peer.readRequest()
      peer.write(bytes)
    }
    let url = "http://127.0.0.1:\(proxy.port)"
    let outcome = try await outcome("https://aws.example/", url)
    let error = try #require(outcome.error)
    #expect("\(error)".contains(url))
  }

  @Test func `a request that goes direct passes the proxy by, before and after one that doesn't`()
    async throws
  {
    let server = RawServer(answering: Self.answer)
    let proxy = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
    let configuration = HTTPClient.Configuration(
      userAgent: "test", proxies: try proxies("http://127.0.0.1:\(proxy.port)"))
    let texts = try await withClient(configuration) { client, _ in
      var texts: [String?] = []
      for isDirect in [true, false, true, false] {
        let request = ClientRequest(.get, server.url(), goesDirect: isDirect)
        texts.append(await client.outcome(of: request).text)
      }
      return texts
    }
    #expect(texts == ["hi", "proxy", "hi", "proxy"])
  }

  private func outcome(_ url: String, _ proxy: String) async throws -> Outcome {
    try await HTTPClientTests.outcome(
      of: ClientRequest(.get, url), .init(userAgent: "test", proxies: proxies(proxy)))
  }

  private func proxies(_ url: String) throws -> Proxies {
    try Proxies(environment: ["https_proxy": url, "http_proxy": url])
  }
}
