import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct HandlerDeadlineTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Waits until it is cancelled.
    private func endless(_ cancelled: Counter, begun: Counter = Counter()) -> TestHandler {
      { _ in
        begun.add(1)
        await pause(.seconds(60))
        if Task.isCancelled { cancelled.add(1) }
        return Response(status: Task.isCancelled ? .accepted : .ok, content: .bytes([1]))
      }
    }

    @Test func `a handler that does not answer in time is cancelled, and answers for itself`()
      async throws
    {
      let cancelled = Counter()
      var limits = Limits()
      limits.requestDeadline = .milliseconds(100)
      try await withServer(limits: limits, handler: endless(cancelled)) { server in
        let client = try Client(server)
        for round in 1...2 {
          try client.send(Self.get)
          #expect(try client.answer().status == 202)
          #expect(cancelled.value == round)
        }
        client.close()
      }
    }

    @Test func `for a handler that takes no notice of it the server answers`() async throws {
      let gate = Gate()
      let ended = Counter()
      var limits = Limits()
      limits.requestDeadline = .milliseconds(100)
      let deaf: TestHandler = { _ in
        await gate.wait()
        ended.add(1)
        return Response(status: .ok, content: .bytes([1]))
      }
      try await withServer(limits: limits, handler: deaf) { server in
        let client = try Client(server)
        try client.send(Self.get + Self.get)
        let answer = try client.answer()
        #expect(answer.status == 504)
        #expect(answer.fields["connection"] == "close")
        gate.open()
        try await eventually { ended.value == 1 }
        #expect(client.isClosed())
      }
    }

    @Test func `an answer that has begun has no such deadline`() async throws {
      var limits = Limits()
      limits.requestDeadline = .milliseconds(100)
      let slow: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: 2) { writer in
            try await writer.write([1])
            await pause(.milliseconds(300))
            try await writer.write([2])
          })
      }
      try await withServer(limits: limits, handler: slow) { server in
        let client = try Client(server)
        try client.send(Self.get)
        #expect(try client.answer().content == [1, 2])
        client.close()
      }
    }

    @Test func `the handler of a peer that is gone is cancelled`() async throws {
      let (begun, cancelled) = (Counter(), Counter())
      try await withServer(handler: endless(cancelled, begun: begun)) { server in
        for round in 1...10 {
          let client = try Client(server)
          try client.send(Self.get)
          try await eventually { begun.value == round }
          client.reset()
          try await eventually { cancelled.value == round }
        }
      }
    }

    @Test func `so is one whose answer has begun`() async throws {
      let (begun, cancelled) = (Counter(), Counter())
      let handler: TestHandler = { _ in
        Response(
          status: .ok,
          content: .stream(length: nil) { writer in
            try await writer.write([1])
            begun.add(1)
            await pause(.seconds(60))
            if Task.isCancelled { cancelled.add(1) }
          })
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        try await eventually { begun.value == 1 }
        client.reset()
        try await eventually { cancelled.value == 1 }
      }
    }

    @Test func `a peer that only has nothing more to say is answered`() async throws {
      let gate = Gate()
      let handler: TestHandler = { _ in
        await gate.wait()
        return Response(status: Task.isCancelled ? .gone : .ok, content: .bytes([1]))
      }
      try await withServer(handler: handler) { server in
        let client = try Client(server)
        try client.send(Self.get)
        client.finishSending()
        try await gate.hasWaiter()
        gate.open()
        #expect(try client.answer().status == 200)
        client.close()
      }
    }
  }
}
