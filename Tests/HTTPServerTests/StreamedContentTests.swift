import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct StreamedContentTests {
    private struct Broken: Error {}

    /// Streams these pieces; an empty one stands for a failure.
    private func streaming(_ length: Int?, _ pieces: String...) -> TestHandler {
      { _ in
        let content = Response.Content.stream(length: length) { writer in
          for piece in pieces {
            if piece.isEmpty { throw Broken() }
            try await writer.write(Array(piece.utf8))
          }
        }
        return Response(status: .ok, content: content)
      }
    }

    static let framings: [(Int?, String, String?, String?)] = [
      (nil, "1.1", nil, "chunked"), (nil, "1.0", nil, nil), (5, "1.1", "5", nil),
      (5, "1.0", "5", nil),
    ]

    @Test(arguments: framings)
    func `streamed content is delimited as its length and the peer's version have it`(
      length: Int?, version: String, contentLength: String?, transferEncoding: String?
    ) async throws {
      try await withServer(handler: streaming(length, "hel", "lo")) { server in
        let client = try Client(server)
        for _ in 0..<(version == "1.1" ? 2 : 1) {
          try client.send("GET / HTTP/\(version)\r\nHost: a\r\n\r\n")
          let answer = try client.answer()
          #expect(answer.fields["content-length"] == contentLength)
          #expect(answer.fields["transfer-encoding"] == transferEncoding)
          #expect(text(answer.content) == "hello")
        }
        if version == "1.0" { #expect(client.isClosed()) }
        client.close()
      }
    }

    @Test(arguments: [nil, 4])
    func `a piece of no bytes ends nothing`(length: Int?) async throws {
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: length) { writer in
            for piece: [UInt8] in [[], [1, 2], [], [3, 4]] { try await writer.write(piece) }
          })
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        for _ in 0..<2 {
          try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
          #expect(try client.answer().content == [1, 2, 3, 4])
        }
        client.close()
      }
    }

    @Test(arguments: ["1.0", "1.1"], [nil, 100])
    func `content that breaks off has no clean end`(version: String, length: Int?) async throws {
      try await withServer(handler: streaming(length, "hello", "")) { server in
        let client = try Client(server)
        try client.send("GET / HTTP/\(version)\r\nHost: a\r\n\r\n")
        let (bytes, end) = client.rest()
        #expect(end == .reset)
        #expect(!text(bytes).hasSuffix("0\r\n\r\n"))
      }
    }

    @Test(arguments: [4, 6])
    func `content of another length than declared aborts the connection`(length: Int) async throws {
      try await withServer(handler: streaming(length, "hel", "lo")) { server in
        let client = try Client(server)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let (bytes, end) = client.rest()
        #expect(end == .reset)
        #expect(!text(bytes).hasSuffix("hello") || length > 5)
      }
    }

    @Test func `a slow reader holds the writer back, and gets all of it intact`() async throws {
      let piece = 64 * 1024
      let count = 1024
      let written = Counter()
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: nil) { writer in
            for number in 0..<count {
              try await writer.write([UInt8](repeating: UInt8(number % 251), count: piece))
              written.add(piece)
            }
          })
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.head().fields["transfer-encoding"] == "chunked")
        // The kernel's buffers take some megabytes, then the writer has to wait.
        try await eventually {
          let before = written.value
          for _ in 0..<100 { _ = try await server.connectionCount() }
          return before > 0 && written.value == before
        }
        #expect(written.value < 16 << 20)
        var read = 0
        for number in 0..<count {
          #expect(try client.line() == "10000")
          let bytes = try client.take(piece + 2)
          read += piece
          #expect(bytes.dropLast(2) == [UInt8](repeating: UInt8(number % 251), count: piece)[...])
          #expect(written.value - read < 16 << 20)
        }
        #expect(try client.line() == "0")
        client.close()
      }
    }

    @Test func `a large answer at once is taken piece by piece`() async throws {
      let bytes = (0..<96).flatMap { [UInt8](repeating: $0, count: 256 * 1024) }
      let handler: TestHandler = { _ in Response(status: .ok, content: .bytes(bytes)) }
      try await withServer(handler: handler) { server in
        let client = try Client(server, receiveBuffer: 64 * 1024)
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().content == bytes)
        client.close()
      }
    }

    @Test func `a writer hears that its reader is gone`() async throws {
      let failures = Counter()
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: nil) { writer in
            do {
              while true { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
            } catch {
              failures.add(1)
              throw error
            }
          })
      }
      try await withServer(handler: handler) { server in
        for number in 1...10 {
          let client = try Client(server)
          try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
          _ = try client.head()
          if number % 2 == 0 { client.reset() } else { client.close() }
          try await eventually { failures.value == number }
        }
      }
    }
  }
}
