import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct RequestRuleTests {
  @Test(arguments: [
    "", "127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/hostname", "http:/x", "HTTP",
    "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: 1", "http://127.0.0.1/\0", "http://ä/",
    "http://127.0.0.1:99999/", "http://user:word@127.0.0.1/", "http://",
  ])
  func `a URL that would mean something else is refused`(url: String) async throws {
    let error = try await outcome(of: ClientRequest(.get, url)).error
    guard case .invalidRequest(let text) = error else {
      return #expect(error == .invalidRequest(""))
    }
    #expect(!text.contains("word"))
  }

  @Test(arguments: [
    ("", "1"), ("A B", "1"), ("A:", "1"), ("A\r\nB", "1"), ("Ä", "1"), ("A;", ""),
    ("A", "1\r\nB: 2"), ("A", "1\nB: 2"), ("A", "1\0"), ("content-LENGTH", "5"),
    ("Transfer-Encoding", "chunked"), ("HOST", "elsewhere.example"),
  ])
  func `a field that would become another is refused`(name: String, value: String) async throws {
    let server = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let request = ClientRequest(.post, server.url(), fields: [(name, value)])
    let error = try await outcome(of: request).error
    guard case .invalidRequest = error else { return #expect(error == .invalidRequest("")) }
    #expect(server.connections == 0)
  }

  @Test(arguments: [ClientRequest.Method.get, .head])
  func `GET and HEAD have no content`(method: ClientRequest.Method) async throws {
    let request = ClientRequest(method, "http://127.0.0.1/", body: [1])
    #expect(
      try await outcome(of: request).error == .invalidRequest("GET and HEAD have no content"))
  }

  @Test func `every token character may be in a name`() async throws {
    let seen = Signal<String>()
    let server = RawServer { peer in
      seen.fire(peer.readRequest()?.head ?? "")
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }
    let name = "!#$%&'*+-.^_`|~09azAZ"
    _ = try await outcome(of: ClientRequest(.get, server.url(), fields: [(name, "ä")])).get()
    #expect(await seen.wait()?.contains("\r\n\(name): ä\r\n") == true)
  }
}
