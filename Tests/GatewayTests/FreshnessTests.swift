import Athena
import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

extension WaitingTests {
  // MARK: What is observed too late

  private static let throttled = Script.error("TooManyRequestsException", "m")

  @Test func `a wait that is over before the first answer takes that, and no other`() async throws {
    let shared = Gateway.Shared(polls: Steps().tools)
    for (script, status) in [
      (Self.throttled, HTTPResponse.Status.tooManyRequests),
      (.error("ResourceNotFoundException", "m"), .notFound), (Self.calculation("RUNNING"), .ok),
    ] {
      try await withGateway(answering: always(script), shared: shared) { gateway in
        let response = try await gateway.answer(.get, Self.path, Self.wait(0))
        #expect(response.status == status)
      }
    }
  }

  @Test(arguments: [path, path + "/events"])
  func `a drain ends the wait for a first answer, be the caller's time over or not`(
    path: String
  ) async throws {
    let shared = Gateway.Shared(polls: Steps().tools)
    try await withGateway(shared: shared) { gateway in
      // It is long in coming.
      let other = gateway.watch(calculation: "c", isNew: true)
      let interrupter = Interrupter()
      let task = LoopTask(on: gateway.loop) {
        try await gateway.respond(
          to: Request(
            method: .get, path: path, authority: "localhost", fields: FieldSection(Self.wait(0)),
            waiting: interrupter))
      }
      try await eventually { interrupter.duration != nil }
      for _ in 0..<10 { try await gateway.loop.pause(for: .milliseconds(1)) }
      interrupter.interrupt(.drain)
      let response = try await task.value
      #expect(response.json?["code"]?.asString == "draining")
      #expect(other.latest == nil)
    }
  }

  // MARK: What was observed before the request

  @Test func `a session that was IDLE before the request is waited for until it is IDLE again`()
    async throws
  {
    let script = Self.inTurn([
      "GetSession": [Self.session("IDLE"), Self.session("BUSY"), Self.session("IDLE")],
      "GetSessionStatus": [Self.session("BUSY"), Self.session("IDLE")],
    ])
    let (calls, steps) = (Calls(), Steps())
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(calls: calls, answering: script, shared: shared) { gateway in
      let other = gateway.watch(session: "s")
      try await eventually { steps.pauses.count == 1 }
      #expect(other.latest?.state == .idle)
      let answered = Counter()
      let task = LoopTask(on: gateway.loop) {
        defer { answered.add(1) }
        return try await gateway.answer(.get, "/sessions/s", Self.wait(300))
      }
      try await steps.step()
      try await eventually { steps.pauses.count == 2 }
      #expect(answered.value == 0)
      try await steps.step()
      #expect(try await task.value.json?["state"]?.asString == "IDLE")
    }
    #expect(calls.names.count { $0 == "GetSessionStatus" } == 2)
  }

  @Test func `what was observed a while ago is asked about at once`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("RUNNING"), Self.calculation("CANCELED")],
      "GetCalculationExecutionStatus": [Self.status("CANCELED")],
    ])
    let steps = Steps()
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(answering: script, shared: shared) { gateway in
      let other = gateway.watch(calculation: "c")
      try await eventually { steps.pauses.count == 1 }
      let recent = try await gateway.answer(.get, Self.path, Self.wait(0))
      #expect(recent.json?["state"]?.asString == "RUNNING")
      steps.advance(by: .milliseconds(251))
      let response = try await gateway.answer(.get, Self.path, Self.wait(0))
      #expect(response.json?["state"]?.asString == "CANCELED")
      #expect(other.latest?.isTerminal == true)
    }
  }

  @Test func `while Athena throttles, what is old is told rather than nothing`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("RUNNING")],
      "GetCalculationExecutionStatus": [Self.throttled],
    ])
    let (calls, steps) = (Calls(), Steps())
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(calls: calls, answering: script, shared: shared) { gateway in
      let other = gateway.watch(calculation: "c")
      try await eventually { steps.pauses.count == 1 }
      for _ in 0..<3 {
        // The first of them has the poll brought forward that is throttled, and the others don't.
        steps.advance(by: .seconds(1))
        let response = try await gateway.answer(.get, Self.path, Self.wait(0))
        #expect(response.json?["state"]?.asString == "RUNNING")
      }
      #expect(other.failure != nil)
    }
    #expect(calls.names == ["GetCalculationExecution", "GetCalculationExecutionStatus"])
  }
}
