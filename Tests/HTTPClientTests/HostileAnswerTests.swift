import EventLoop
import Glibc
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostileAnswerTests {
  /// What a server does to a request, and the name of the error that it must lead to.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: String
    let script: @Sendable (Peer) -> Void
    var testDescription: String { name }

    init(_ name: String, _ expected: String, _ script: @escaping @Sendable (Peer) -> Void) {
      self.name = name
      self.expected = expected
      self.script = script
    }
  }

  static let cases: [Case] = [
    Case("reset before the answer", "cutShort") { $0.reset() },
    Case("end before the answer", "cutShort") { $0.end() },
    Case("reset in the head", "cutShort") {
      $0.write("HTTP/1.1 200 OK\r\nA: ")
      $0.reset()
    },
    Case("end in the head", "cutShort") { $0.write("HTTP/1.1 200 OK\r\nA: ") },
    Case("end in a declared content", "cutShort") {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")
    },
    Case("end in a chunk", "cutShort") {
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi")
    },
    Case("end before the last chunk", "cutShort") {
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
    },
    Case("a malformed chunk", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhi\r\n")
    },
    Case("no HTTP at all", "badAnswer") { $0.write("SSH-2.0-OpenSSH_9.2\r\n\r\n") },
    Case("an unknown version", "badAnswer") { $0.write("HTTP/3.7 200 OK\r\n\r\n") },
    Case("a status of two digits", "badAnswer") { $0.write("HTTP/1.1 20 OK\r\n\r\n") },
    Case("a status above 599", "badAnswer") { $0.write("HTTP/1.1 999 OK\r\n\r\n") },
    Case("101 unasked", "badAnswer") {
      $0.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
    },
    Case("a field without a colon", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n")
    },
    Case("two lengths that differ", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!")
    },
    Case("a list of lengths", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nhi!")
    },
    Case("a length and chunks", "badAnswer") {
      $0.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    },
    Case("a lone CR in a field", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nA: b\rC: d\r\nContent-Length: 0\r\n\r\n")
    },
    Case("an escape character in a field", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nA: \u{1B}[2J\r\nContent-Length: 0\r\n\r\n")
    },
    Case("a space before the colon", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n")
    },
    Case("an endless head", "headTooLarge") {
      $0.write("HTTP/1.1 200 OK\r\n")
      while $0.write("X-Filler: \(String(repeating: "x", count: 1000))\r\n") {}
    },
    Case("an endless field", "headTooLarge") {
      $0.write("HTTP/1.1 200 OK\r\nX: ")
      while $0.write(String(repeating: "x", count: 1000)) {}
    },
    Case("endless interim answers", "headTooLarge") {
      while $0.write("HTTP/1.1 102 Processing\r\n\r\n") {}
    },
    Case("endless trailers", "badAnswer") {
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
      while $0.write("X-Filler: \(String(repeating: "x", count: 1000))\r\n") {}
    },
    Case("a content declared too large", "tooLarge") {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n")
    },
    Case("an endless content", "tooLarge") {
      $0.write("HTTP/1.1 200 OK\r\n\r\n")
      while $0.write(String(repeating: "x", count: 10_000)) {}
    },
    Case("endless chunks", "tooLarge") {
      $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      while $0.write("3E8\r\n\(String(repeating: "x", count: 1000))\r\n") {}
    },
  ]

  @Test(arguments: cases)
  func `each has its error, and lets no secret out`(hostile: Case) async throws {
    let server = RawServer { peer in
      guard peer.readRequest() != nil else { return }
      hostile.script(peer)
      // The client must find the broken rule itself, not the end of the connection.
      if hostile.expected != "cutShort" { peer.waitForEnd() }
    }
    let request = ClientRequest(
      .get, server.url("/path-secret?query-secret"), fields: [("A", "field-secret")])
    let error = try #require(try await outcome(of: request).error)
    let text = "\(error)"
    #expect(text.prefix { $0 != "(" } == hostile.expected, "\(text)")
    #expect(!text.contains("secret"))
  }

  @Test func `an answer of exactly the limit is taken`() async throws {
    let server = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
    let taken = try await outcome(of: ClientRequest(.get, server.url(), answerLimit: 10))
    #expect(taken.text == "0123456789")
    let refused = try await outcome(of: ClientRequest(.get, server.url(), answerLimit: 9))
    #expect(refused.error == .tooLarge(limit: 9))
    let nothing = try await outcome(of: ClientRequest(.get, server.url(), answerLimit: 0))
    #expect(nothing.error == .tooLarge(limit: 0))
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi"])
  func `a silent server meets the deadline`(beginning: String) async throws {
    let server = RawServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write(beginning)
      peer.waitForEnd()
    }
    let request = ClientRequest(.get, server.url(), deadline: .milliseconds(200))
    #expect(try await outcome(of: request).error == .timeout("no answer in time"))
  }

  @Test func `a refused connection`() async throws {
    // Bound and not listening: nobody else can get the port meanwhile.
    let descriptor = bindToLoopback()
    defer { close(descriptor) }
    let url = "http://127.0.0.1:\(boundPort(of: descriptor))/"
    let error = try await outcome(of: ClientRequest(.get, url)).error
    guard case .connect = error else { return #expect(error == .connect("")) }
  }

  @Test func `a peer that accepts nothing meets the connect deadline`() async throws {
    // The kernel drops what does not fit into a full backlog.
    let listener = listenOnLoopback(backlog: 0)
    let url = "http://127.0.0.1:\(boundPort(of: listener))/"
    let fillers = (0..<4).map { _ in connectWithoutWaiting(to: boundPort(of: listener)) }
    defer { for descriptor in fillers + [listener] { close(descriptor) } }
    let error = try await outcome(
      of: ClientRequest(.get, url),
      .init(userAgent: "test", connectDeadline: .milliseconds(200))
    ).error
    guard case .connect = error else { return #expect(error == .connect("")) }
  }

  @Test func `a name without an address`() async throws {
    let error = try await outcome(of: ClientRequest(.get, "http://nowhere.invalid/")).error
    guard case .resolve = error else { return #expect(error == .resolve("")) }
  }

  private func connectWithoutWaiting(to port: UInt16) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, type, 0)
    var address = loopback(port: port)
    withUnsafePointer(to: &address) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return descriptor
  }
}
