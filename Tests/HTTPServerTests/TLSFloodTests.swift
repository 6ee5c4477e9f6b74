import COpenSSL
import EventLoop
import Glibc
import HTTPMessage
import Testing

@testable import HTTPServer

extension LiveServerTests {
  /// Peers that keep TLS busy with records of which nothing reaches HTTP.
  @Suite struct TLSFloodTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static var version13: TLSPeer.Options { .init(version: TLS1_3_VERSION) }

    @Test func `Who changes keys again and again is cut off, and others are served meanwhile`()
      async throws
    {
      try await withServer(tls: TLSFixture.context(), handler: ignore) { server in
        let greedy = try (0..<4).map { _ in try Client(server, tls: Self.version13) }
        let other = try Client(server, tls: .plain)
        for client in greedy {
          let peer = try #require(client.tls)
          peer.beginToQueue()
          peer.queueKeyUpdates(10_000)
          try peer.queue(Self.get)
          // It may be cut off before all is sent.
          try? client.send(records: peer.queued())
          try other.send(Self.get)
          #expect(try other.answer().status == 200)
        }
        for client in greedy {
          let (answer, end) = client.rest()
          #expect(answer.isEmpty && end != .silence)
        }
        try other.send(Self.get)
        #expect(try other.answer().status == 200)
        other.close()
        for client in greedy { client.close() }
      }
    }

    @Test func `Thirty-one changes of keys between requests are served, and thirty-two are not`()
      async throws
    {
      try await withServer(tls: TLSFixture.context(), handler: ignore) { server in
        let client = try Client(server, tls: Self.version13)
        let peer = try #require(client.tls)
        peer.beginToQueue()
        for _ in 0..<10 {
          peer.queueKeyUpdates(31)
          try peer.queue(Self.get)
          try client.send(records: peer.queued())
          #expect(try client.answer().status == 200)
        }
        peer.queueKeyUpdates(32)
        try client.send(records: peer.queued())
        #expect(client.rest().end != .silence)
        client.close()
      }
    }

    @Test func `Long records without content are read 64 KiB a turn, and what follows is not lost`()
      async throws
    {
      var ends: [Int32] = [-1, -1]
      #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      defer { Glibc.close(ends[1]) }
      var size: Int32 = 400_000
      setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, 4)
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
      let transport = try Transport(FileDescriptor(owning: ends[0]), tls: TLSFixture.context())
      let connecting = Task.detached { [end = ends[1]] in
        Handed(try TLSPeer(on: end, Self.version13))
      }
      let limit = Instant.now + .seconds(20)
      while transport.handshake() != .complete, Instant.now < limit { await Task.yield() }
      let peer = try await connecting.value.value

      peer.beginToQueue()
      // Every record has 16 KiB, of which all but a few bytes are padding (RFC 8446 §5.4).
      #expect(SSL_set_block_padding(peer.raw, 16384) == 1)
      peer.queueKeyUpdates(8)
      try peer.queue("x")
      let records = peer.queued()
      #expect(records.count > 8 * 16384)
      #expect(
        records.withUnsafeBytes { send(ends[1], $0.baseAddress, $0.count, 0) } == records.count)

      var buffer = [UInt8](repeating: 0, count: 100)
      var left = records.count
      for turn in 0..<3 {
        let reception = buffer.withUnsafeMutableBytes { transport.receive(into: $0) }
        var rest: Int32 = 0
        _ = ioctl(transport.rawValue, UInt(FIONREAD), &rest)
        #expect(left - Int(rest) <= 65536)
        left = Int(rest)
        #expect(reception == (turn < 2 ? .unfinished : .bytes(1)))
      }
      #expect(left == 0)
      #expect(buffer.withUnsafeMutableBytes { transport.receive(into: $0) } == .wouldBlock)
    }
  }
}

/// What one thread makes and another uses.
private struct Handed<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
