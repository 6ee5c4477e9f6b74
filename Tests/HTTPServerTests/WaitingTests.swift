import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct WaitingTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Waits until something ends the wait, and answers with its name.
    private func untilInterrupted(
      mindingEndOfInput minding: Bool, begun: Counter = Counter()
    ) -> TestHandler {
      { request in
        let interruption = await withCheckedContinuation { continuation in
          request.waiting?.wait(atMost: .seconds(300), mindingEndOfInput: minding) {
            continuation.resume(returning: $0)
          }
          begun.add(1)
        }
        return Response(status: .ok, content: .bytes(Array("\(interruption)".utf8)))
      }
    }

    @Test func `a handler that waits has its request's time on top of the wait's`() async throws {
      var limits = Limits()
      limits.requestDeadline = .milliseconds(100)
      let handler: TestHandler = { request in
        let wait: Duration = request.path == "/short" ? .milliseconds(50) : .seconds(300)
        request.waiting?.wait(atMost: wait, mindingEndOfInput: false) { _ in }
        await pause(request.path == "/short" ? .seconds(60) : .milliseconds(400))
        return Response(status: Task.isCancelled ? .gone : .ok, content: .bytes([1]))
      }
      try await withServer(limits: limits, handler: handler) { server in
        let client = try Client(server)
        try client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 200)
        // The next one has its own time, and no more than it asks for.
        try client.send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().status == 410)
        client.close()
      }
    }

    @Test func `a wait announced before the content is read counts after it as well`()
      async throws
    {
      var limits = Limits()
      limits.requestDeadline = .milliseconds(100)
      let handler: TestHandler = { request async throws(Refusal) in
        request.waiting?.wait(atMost: .seconds(300), mindingEndOfInput: false) { _ in }
        let content = try await request.body.collect(upTo: 10)
        await pause(.milliseconds(300))
        return Response(status: Task.isCancelled ? .gone : .ok, content: .bytes(content))
      }
      try await withServer(limits: limits, handler: handler) { server in
        let client = try Client(server)
        try client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        // The handler waits for the content.
        #expect(try client.head().status == 100)
        try client.send("1")
        #expect(try client.answer().status == 200)
        client.close()
      }
    }

    @Test(arguments: [true, false])
    func `a handler that minds it learns of a caller that has only closed its sending half`(
      isWaiting: Bool
    ) async throws {
      let begun = Counter()
      let handler = untilInterrupted(mindingEndOfInput: true, begun: begun)
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        if isWaiting {
          try client.send(Self.get)
          try await eventually { begun.value == 1 }
          client.finishSending()
        } else {
          // Both are there before the handler begins.
          async let held: Void = server.thread.loop.run {
            while begun.value == 0 { continue }
          }
          try client.send(Self.get)
          client.finishSending()
          begun.add(1)
          try await held
        }
        #expect(text(try client.answer().content) == "callerLeft")
        client.close()
      }
    }

    @Test func `one that has closed it with a part of the next request unread counts too`()
      async throws
    {
      let begun = Counter()
      let handler = untilInterrupted(mindingEndOfInput: true, begun: begun)
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        try await eventually { begun.value == 1 }
        try client.send(String(Self.get.prefix(9)))
        client.finishSending()
        #expect(text(try client.answer().content) == "callerLeft")
        client.close()
      }
    }

    @Test func `a handler that doesn't mind it is told of a drain alone`() async throws {
      let begun = Counter()
      let handler = untilInterrupted(mindingEndOfInput: false, begun: begun)
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        client.finishSending()
        try await eventually { begun.value == 1 }
        // The end has been seen by now, had it been behind the request.
        for _ in 0..<10 { _ = try await server.connectionCount() }
        try await server.drain {}
        #expect(text(try client.answer().content) == "drain")
        client.close()
      }
    }

    @Test func `a wait that begins in a drain is over`() async throws {
      let gate = Gate()
      let wait = untilInterrupted(mindingEndOfInput: true)
      let handler: TestHandler = { request async throws(Refusal) in
        await gate.wait()
        return try await wait(request)
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        try await gate.hasWaiter()
        try await server.drain {}
        gate.open()
        #expect(text(try client.answer().content) == "drain")
        client.close()
      }
    }

    @Test func `a stream can end in order when a drain begins`() async throws {
      let handler: TestHandler = { request in
        Response(
          status: .ok,
          content: .stream(length: nil) { writer in
            try await writer.write([1])
            await withCheckedContinuation { continuation in
              request.waiting?.wait(atMost: .zero, mindingEndOfInput: false) { _ in
                continuation.resume()
              }
            }
            try await writer.write([2])
          })
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        #expect(try client.head().status == 200)
        #expect(try client.line() == "1")
        try await server.drain {}
        #expect(try client.take(3 + 6 + 5) == latin1("\u{1}\r\n1\r\n\u{2}\r\n0\r\n\r\n"))
        client.close()
      }
    }

    @Test func `a stream that is silent for longer than every deadline goes on`() async throws {
      var limits = Limits()
      (limits.idle, limits.writeStall) = (.milliseconds(50), .milliseconds(50))
      (limits.requestDeadline, limits.rate) = (.milliseconds(50), 1 << 20)
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: 3) { writer in
            for byte in 1...3 as ClosedRange<UInt8> {
              try await writer.write([byte])
              await pause(.milliseconds(200))
            }
          })
      }
      try await withServer(limits: limits, handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        #expect(try client.answer().content == [1, 2, 3])
        client.close()
      }
    }

    @Test func `who writes to a peer that has closed is cancelled`() async throws {
      let (begun, cancelled) = (Counter(), Counter())
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: nil) { writer in
            try await writer.write([1])
            begun.add(1)
            while !Task.isCancelled {
              try? await writer.write([2])
              await pause(.milliseconds(1))
            }
            cancelled.add(1)
          })
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        try await eventually { begun.value == 1 }
        client.close()
        try await eventually { cancelled.value == 1 }
      }
    }
  }
}
