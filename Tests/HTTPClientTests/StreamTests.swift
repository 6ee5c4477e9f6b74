import EventLoop
import HTTPClient
import HTTPMessage
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
  static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n"

  @Test func `the head comes before the content, and pieces as they arrive`() async throws {
    let next = Gate()
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.chunked)
      for word in ["one", "two"] {
        next.wait()
        peer.write("3\r\n\(word)\r\n")
      }
      next.wait()
      peer.write("0\r\n\r\n")
      peer.waitForEnd()
    }
    let pieces = try await withClient { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      #expect(stream.status == 200)
      #expect(stream.fields[HTTPField.Name("A")!] == "1")
      var pieces: [String] = []
      next.open()
      while let piece = try await stream.read() {
        pieces.append(String(decoding: piece, as: UTF8.self))
        next.open()
      }
      #expect(try await stream.read() == nil)
      return pieces
    }
    #expect(pieces == ["one", "two"])
  }

  @Test func `a connection is kept after a stream's end`() async throws {
    let server = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    try await withClient { client, _ in
      for _ in 0..<5 {
        let stream = try await client.open(ClientRequest(.get, server.url(), answerLimit: 0))
        #expect(try await stream.read() == Array("hi".utf8))
        #expect(try await stream.read() == nil)
      }
    }
    #expect(server.connections == 1)
  }

  @Test func `nobody reads, and the server is held back; then all arrives`() async throws {
    let total = 64 << 20
    let held = Signal<Int>()
    let server = RawServer { peer in
      peer.limitSendBuffer(to: 64 << 10)
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      let piece = [UInt8](repeating: 7, count: 64 << 10)
      var sent = 0
      while sent < total, peer.write(piece, milliseconds: 200, held: { held.fire(sent) }) {
        sent += piece.count
      }
      peer.waitForEnd()
    }
    let (sent, received) = try await withClient { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      let sent = await held.wait()
      var received = 0
      var largest = 0
      while let piece = try await stream.read() {
        received += piece.count
        largest = max(largest, piece.count)
      }
      #expect(largest <= 256 << 10)
      return (sent, received)
    }
    // The client's 256 KiB, and what the kernel's two buffers take.
    #expect(try #require(sent) < 16 << 20)
    #expect(received == total)
  }

  @Test func `a paused stream is not a stalled one`() async throws {
    let held = Signal<Int>()
    let server = RawServer { peer in
      peer.limitSendBuffer(to: 64 << 10)
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(32 << 20)\r\n\r\n")
      let piece = [UInt8](repeating: 7, count: 64 << 10)
      for index in 0..<512 {
        guard peer.write(piece, milliseconds: 1500, held: { held.fire(index) }) else { return }
      }
    }
    let configuration = HTTPClient.Configuration(
      userAgent: "test", stallLimit: .seconds(1), streamBuffer: 1000)
    let received = try await withClient(configuration) { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      _ = await held.wait()
      var received = 0
      while let piece = try await stream.read() { received += piece.count }
      return received
    }
    #expect(received == 32 << 20)
  }

  @Test func `a paused stream whose peer is gone costs nothing until it is read`() async throws {
    let (begun, gone) = (Gate(), Signal<Void>())
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      peer.write([UInt8](repeating: 7, count: 10_000))
      begun.wait()
      peer.reset()
      gone.fire(())
    }
    let configuration = HTTPClient.Configuration(userAgent: "test", streamBuffer: 1000)
    try await withClient(configuration) { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      // By now it has as much as it takes.
      try await Task.sleep(for: .milliseconds(100))
      begun.open()
      #expect(await gone.wait() != nil)
      let before = threadTime()
      try await Task.sleep(for: .milliseconds(500))
      // A loop that spins takes all of a processor that the other tests leave it.
      #expect(threadTime() - before < .milliseconds(5))
      let error = await #expect(throws: HTTPClientError.self) {
        while try await stream.read() != nil {}
      }
      guard case .cutShort = error else { return #expect(error == .cutShort("")) }
    }
  }

  @Test func `a silent stream stalls, after what had arrived is read`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("\(Self.chunked)2\r\nhi\r\n")
      peer.waitForEnd()
    }
    let configuration = HTTPClient.Configuration(
      userAgent: "test", stallLimit: .milliseconds(100))
    try await withClient(configuration) { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      #expect(try await stream.read() == Array("hi".utf8))
      await #expect(throws: HTTPClientError.timeout("the stream has stalled")) {
        try await stream.read()
      }
    }
  }

  @Test func `a stream outlives the deadline of its head`() async throws {
    let next = Gate()
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.chunked)
      next.wait()
      peer.write("2\r\nhi\r\n0\r\n\r\n")
    }
    try await withClient { client, _ in
      let stream = try await client.open(
        ClientRequest(.get, server.url(), deadline: .seconds(6)))
      try await Task.sleep(for: .milliseconds(6200))
      next.open()
      #expect(try await stream.read() == Array("hi".utf8))
      #expect(try await stream.read() == nil)
    }
  }

  @Test func `no head within the deadline`() async throws {
    let server = RawServer { peer in
      peer.write("HTTP/1.1 100 Continue\r\n\r\n")
      peer.waitForEnd()
    }
    try await withClient { client, _ in
      await #expect(throws: HTTPClientError.timeout("no answer in time")) {
        _ = try await client.open(ClientRequest(.get, server.url(), deadline: .milliseconds(200)))
      }
      return
    }
  }

  @Test func `a stream that is cut short says so, after what had arrived is read`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")
    }
    try await withClient { client, _ in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      #expect(try await stream.read() == Array("hi".utf8))
      let error = await #expect(throws: HTTPClientError.self) { try await stream.read() }
      guard case .cutShort = error else { return #expect(error == .cutShort("")) }
    }
  }

  /// The ways to leave a stream before its end.
  enum Leaving: CaseIterable {
    case drop, close, dropWhilePaused, closeClient
  }

  @Test(arguments: Leaving.allCases)
  func `a stream that is left closes its connection`(leaving: Leaving) async throws {
    let ended = Signal<Void>()
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.chunked)
      let isPaused = leaving == .dropWhilePaused
      peer.write(isPaused ? "100000\r\n\(String(repeating: "x", count: 1 << 20))" : "2\r\nhi\r\n")
      peer.waitForEnd()
      ended.fire(())
    }
    try await withClient(.init(userAgent: "test", streamBuffer: 1000)) { client, loop in
      var stream: StreamedResponse? = try await client.open(ClientRequest(.get, server.url()))
      switch leaving {
      case .drop: stream = nil
      case .dropWhilePaused:
        _ = try await stream?.read()
        stream = nil
      case .close: stream?.close()
      case .closeClient: client.close()
      }
      await ended.wait()
      if leaving == .close {
        await #expect(throws: HTTPClientError.closed) { try await stream?.read() }
      }
    }
  }

  @Test func `a reader that waits is woken by the end of the client`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.chunked)
      peer.waitForEnd()
    }
    let errors = try await withClient { client, loop in
      let stream = try await client.open(ClientRequest(.get, server.url()))
      return await loop.concurrently(2) { index -> HTTPClientError? in
        guard index == 0 else {
          client.close()
          return nil
        }
        do throws(HTTPClientError) {
          _ = try await stream.read()
          return nil
        } catch { return error }
      }
    }
    #expect(errors == [.closed, nil])
  }
}
