import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct FairnessTests {
  private func request(
    _ path: String, from address: String = "192.0.2.1",
    _ fields: [(name: String, value: String)] = []
  ) -> Request {
    Request(
      method: .get, path: path, authority: "localhost:8080", fields: FieldSection(fields),
      peer: IPAddress(address))
  }

  private func shared(_ limits: CallerLimits) -> Gateway.Shared {
    Gateway.Shared(callerLimits: limits)
  }

  @Test func `Who sends more than its rate is told when to come back, and nobody else is`()
    async throws
  {
    try await withGateway(shared: shared(CallerLimits(rate: 1, burst: 2))) { gateway in
      let answers = [
        try await gateway.respond(to: request("/")), try await gateway.respond(to: request("/")),
        try await gateway.respond(to: request("/")),
      ]
      #expect(answers.map(\.status.code) == [200, 200, 429])
      #expect(
        answers.map { $0.fields[.rateLimit] } == [
          #""requests";r=1;t=1"#, #""requests";r=0;t=1"#, #""requests";r=0;t=1"#,
        ])
      #expect(answers.allSatisfy { $0.fields[.rateLimitPolicy] == #""requests";q=2;w=2"# })
      #expect(answers[2].fields[.retryAfter] == "1")
      #expect(answers[2].json?["code"]?.asString == "too-many-requests")
      #expect(
        answers[2].json?["detail"]?.asString
          == "these are more requests than a caller may send: 1 a second")
      #expect(try await gateway.respond(to: request("/", from: "192.0.2.2")).status == .ok)
    }
  }

  @Test func `Whoever asks whether the gateway lives is never counted`() async throws {
    try await withGateway(shared: shared(CallerLimits(rate: 1))) { gateway in
      for _ in 0..<3 {
        let answer = try await gateway.respond(to: request("/livez"))
        #expect(answer.status == .ok)
        #expect(answer.fields[.rateLimit] == nil)
      }
      #expect(try await gateway.respond(to: request("/")).status == .ok)
    }
  }

  @Test func `Errors tell what is left too`() async throws {
    try await withGateway(shared: shared(CallerLimits(rate: 5))) { gateway in
      let answer = try await gateway.respond(to: request("/problems/nothing"))
      #expect(answer.status == .notFound)
      #expect(answer.fields[.rateLimit] == #""requests";r=4;t=1"#)
    }
  }

  @Test func `A stream is under way until its end`() async throws {
    let script = WaitingTests.inTurn([
      "GetCalculationExecution": [WaitingTests.calculation("COMPLETED")]
    ])
    try await withGateway(answering: script, shared: shared(CallerLimits(waits: 1))) { gateway in
      var stream: Response? = try await gateway.respond(to: request("\(WaitingTests.path)/events"))
      #expect(stream?.status == .ok)
      let refused = try await gateway.respond(to: request("\(WaitingTests.path)/events"))
      #expect(refused.status == .tooManyRequests)
      #expect(
        refused.json?["detail"]?.asString
          == "the caller has as many requests waiting or following events as it may: 1; let one end"
      )
      #expect(
        try await gateway.respond(to: request("\(WaitingTests.path)/events", from: "192.0.2.2"))
          .status == .ok)
      let events = try await stream?.collected().text ?? ""
      #expect(events.contains("event: end"))
      stream = nil
      #expect(
        try await gateway.respond(to: request("\(WaitingTests.path)/events")).status == .ok)
    }
  }

  @Test func `A request that waits is none of those that don't`() async throws {
    let script = always(WaitingTests.calculation("COMPLETED"))
    try await withGateway(
      answering: script, shared: shared(CallerLimits(requests: 256, waits: 0))
    ) { gateway in
      let path = WaitingTests.path
      let waiting = try await gateway.respond(to: request(path, WaitingTests.wait(1)))
      #expect(waiting.status == .tooManyRequests)
      let other = try await gateway.respond(to: request(path))
      #expect(other.status == .ok)
    }
  }

  /// The greedy one's waits and requests fill all that one caller may have.
  @Test func `A greedy caller takes nothing from another one`() async throws {
    let script: @Sendable (String) -> Script = { name in
      switch name {
      case "GetCalculationExecution": WaitingTests.calculation("RUNNING")
      case "GetCalculationExecutionStatus": WaitingTests.status("RUNNING")
      default: WaitingTests.session("IDLE")
      }
    }
    try await withGateway(answering: script, shared: shared(CallerLimits(rate: 100, waits: 50))) {
      gateway in
      var refused = 0
      let tasks = (0..<500).map { _ in
        gateway.loop.spawn {
          let greedy = request(WaitingTests.path, WaitingTests.wait(300))
          let answer = try? await gateway.respond(to: greedy)
          if answer?.status == .tooManyRequests { refused += 1 }
        }
      }
      for _ in 0..<20 {
        let answer = try await gateway.respond(to: request("/sessions/s", from: "192.0.2.2"))
        #expect(answer.status == .ok)
      }
      for task in tasks { task.cancel() }
      for task in tasks { await task.value }
      #expect(refused == 450)
    }
  }
}
