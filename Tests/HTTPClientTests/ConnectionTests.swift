import EventLoop
import Glibc
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
  static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

  @Test func `requests one after the other use one connection`() async throws {
    let server = RawServer(answering: Self.answer)
    try await withClient { client, _ in
      for _ in 0..<20 { _ = try await client.send(ClientRequest(.get, server.url())) }
    }
    #expect(server.connections == 1)
  }

  @Test func `a connection that has lived for long is replaced, so that a moved name is followed`()
    async throws
  {
    let server = RawServer(answering: Self.answer)
    let configuration = HTTPClient.Configuration(
      userAgent: "test", connectionLifetime: .seconds(1))
    try await withClient(configuration) { client, loop in
      // Nothing else tells that the time is over.
      let end = Instant.now + .milliseconds(3200)
      while Instant.now < end {
        _ = try await client.send(ClientRequest(.get, server.url()))
        try? await loop.pause(for: .milliseconds(50))
      }
    }
    #expect((2...4).contains(server.connections))
  }

  @Test func `a name with an address that nobody listens on is reached by its other one`()
    async throws
  {
    // localhost is ::1 first, where it is that too.
    let server = RawServer(answering: Self.answer)
    let outcome = try await outcome(of: ClientRequest(.get, "http://localhost:\(server.port)/"))
    #expect(outcome.text == "hi")
  }

  @Test func `two hundred requests at once each get their own answer`() async throws {
    let server = RawServer { peer in
      while let (head, _) = peer.readRequest() {
        let target = head.split(separator: " ")[1]
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(target.utf8.count)\r\n\r\n\(target)")
      }
    }
    let configuration = HTTPClient.Configuration(userAgent: "test", keptConnections: 200)
    let rounds = try await withClient(configuration) { client, loop in
      var rounds: [[String?]] = []
      for _ in 0..<2 {
        rounds.append(
          await loop.concurrently(200) {
            await client.outcome(of: ClientRequest(.get, server.url("/\($0)"))).text
          })
      }
      return rounds
    }
    let expected = (0..<200).map { "/\($0)" }
    #expect(rounds == [expected, expected])
    // The second round finds the connections of the first.
    #expect(server.connections <= 200)
  }

  @Test(arguments: [false, true])
  func `a connection that the peer has closed is replaced`(byReset: Bool) async throws {
    let (answered, closed) = (Gate(), Signal<Void>())
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.answer)
      answered.wait()
      if byReset { peer.reset() } else { peer.end() }
      closed.fire(())
    }
    let outcomes = try await withClient { client, loop in
      var outcomes: [Outcome] = []
      for _ in 0..<3 {
        outcomes.append(await client.outcome(of: ClientRequest(.post, server.url(), body: [1])))
        answered.open()
        await closed.wait()
      }
      return outcomes
    }
    #expect(outcomes.map(\.text) == ["hi", "hi", "hi"])
    #expect(server.connections == 3)
  }

  @Test func `a request is sent a second time on a new connection, and never a third time`()
    async throws
  {
    let connections = Lock(0)
    let server = RawServer { peer in
      let isFirst = connections.withLock { count in
        count += 1
        return count == 1
      }
      _ = peer.readRequest()
      guard isFirst else { return }
      peer.write(Self.answer)
      _ = peer.readRequest()
    }
    let outcomes = try await withClient { client, _ in
      [
        await client.outcome(of: ClientRequest(.post, server.url(), body: [1])),
        await client.outcome(of: ClientRequest(.post, server.url(), body: [2])),
      ]
    }
    #expect(outcomes.map(\.text) == ["hi", nil])
    #expect(outcomes[1].error == .cutShort("the connection ended within the head"))
    #expect(server.connections == 2)
  }

  /// Answers after which the client must close the connection itself.
  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nhi",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
  ])
  func `a connection that can't be used again is closed`(answer: String) async throws {
    let ended = Signal<Void>()
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(answer)
      peer.waitForEnd()
      ended.fire(())
    }
    let texts = try await withClient { client, _ in
      var texts: [String?] = []
      for _ in 0..<2 {
        texts.append(await client.outcome(of: ClientRequest(.get, server.url())).text)
        #expect(await ended.wait() != nil)
      }
      return texts
    }
    #expect(texts == ["hi", "hi"])
    #expect(server.connections == 2)
  }

  @Test func `a connection on which something comes unasked is closed, and that is no answer`()
    async throws
  {
    let (answered, ended) = (Gate(), Signal<Void>())
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.answer)
      answered.wait()
      peer.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
      peer.waitForEnd()
      ended.fire(())
    }
    let texts = try await withClient { client, _ in
      let first = await client.outcome(of: ClientRequest(.get, server.url())).text
      answered.open()
      #expect(await ended.wait() != nil)
      return [first, await client.outcome(of: ClientRequest(.get, server.url())).text]
    }
    #expect(texts == ["hi", "hi"])
    #expect(server.connections == 2)
  }

  @Test func `what stands behind an answer in the socket is not the next one`() async throws {
    // As many bytes as are received at once, so that the others are still in the socket.
    let total = 32 << 10
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(total - 42)\r\n\r\n"
    #expect(head.utf8.count == 42)
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(
        head + String(repeating: "x", count: total - 42)
          + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
      peer.waitForEnd()
    }
    let counts = try await withClient { client, _ in
      var counts: [Int] = []
      for _ in 0..<3 {
        counts.append(try await client.send(ClientRequest(.get, server.url())).body.count)
      }
      return counts
    }
    #expect(counts == Array(repeating: total - 42, count: 3))
    #expect(server.connections == 3)
  }

  @Test func `no more connections are kept than there may be, and those that were used last`()
    async throws
  {
    let server = RawServer(answering: Self.answer)
    let configuration = HTTPClient.Configuration(userAgent: "test", keptConnections: 2)
    try await withClient(configuration) { client, loop in
      for _ in 0..<2 {
        _ = await loop.concurrently(5) { _ in
          await client.outcome(of: ClientRequest(.get, server.url())).text
        }
      }
    }
    #expect(server.connections == 8)
  }

  @Test(arguments: [false, true])
  func `idle connections cost nothing, even when the peer has closed them`(closes: Bool)
    async throws
  {
    let (answered, closed) = (Gate(), Signal<Void>())
    let server = RawServer { peer in
      while peer.readRequest() != nil {
        peer.write(Self.answer)
        guard closes else { continue }
        answered.wait()
        peer.end()
        closed.fire(())
        return
      }
    }
    let (spent, second) = try await withClient { client, loop in
      _ = try await client.send(ClientRequest(.get, server.url()))
      if closes {
        answered.open()
        await closed.wait()
      }
      let before = threadTime()
      try await Task.sleep(for: .milliseconds(500))
      let spent = threadTime() - before
      answered.open()
      return (spent, await client.outcome(of: ClientRequest(.get, server.url())))
    }
    // A loop that spins takes all of a processor that the other tests leave it; this one wakes once.
    #expect(spent < .milliseconds(5))
    #expect(second.text == "hi")
    #expect(server.connections == (closes ? 2 : 1))
  }

  @Test func `a closed client ends what is under way, and takes nothing more`() async throws {
    let server = RawServer { $0.waitForEnd() }
    let (errors, late) = try await withClient { client, loop in
      let errors = await loop.concurrently(11) { index in
        guard index == 10 else {
          return await client.outcome(of: ClientRequest(.get, server.url())).error
        }
        client.close()
        return nil
      }
      return (errors, await client.outcome(of: ClientRequest(.get, server.url())).error)
    }
    #expect(errors == Array(repeating: .closed, count: 10) + [nil])
    #expect(late == .closed)
  }

  @Test func `a dropped client closes its connections`() async throws {
    let ended = Signal<Void>()
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.answer)
      peer.waitForEnd()
      ended.fire(())
    }
    let thread = try LoopThread(name: "client")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    try await Task(executorPreference: loop) {
      let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
      _ = try await client.send(ClientRequest(.get, server.url()))
    }.value
    await ended.wait()
  }

  @Test func `connections that are given up while they are made leave nothing behind`() async throws
  {
    struct Weak: Sendable {
      weak var loop: EventLoop?
    }
    let listener = listenOnLoopback(backlog: 0)
    let url = "http://127.0.0.1:\(boundPort(of: listener))/"
    let rest = try await withClient { client, loop in
      _ = await loop.concurrently(10) { _ in
        await client.outcome(of: ClientRequest(.get, url, deadline: .milliseconds(100)))
      }
      return Weak(loop: loop)
    }
    close(listener)
    // A socket that still thinks it is watched holds the loop that watches it.
    #expect(rest.loop == nil)
  }
}
