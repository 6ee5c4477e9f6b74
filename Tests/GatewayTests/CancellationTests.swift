import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

extension WaitingTests {
  // MARK: onTimeout=cancel

  private static func cancelling(_ more: [String: [Script]]) -> @Sendable (String) -> Script {
    inTurn(
      more.merging([
        "GetCalculationExecution": [calculation("RUNNING"), calculation("CANCELING")],
        "StopCalculationExecution": [Script(content: #"{"State":"CANCELING"}"#)],
      ]) { given, _ in given })
  }

  @Test func `what can't be watched to its end is stopped, and the answer says why`() async throws {
    let script = Self.cancelling([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecutionStatus": [.error("InternalServerException", "so it is")],
    ])
    let calls = Calls()
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, query: "onTimeout=cancel", Self.code + Self.wait(60), content: "1")
      #expect(response.status == .created)
      #expect(response.json?["state"]?.asString == "CANCELING")
      #expect(response.json?["waitError"]?["detail"]?.asString == "so it is")
    }
    #expect(calls.names.count { $0 == "StopCalculationExecution" } == 1)
  }

  @Test func `a caller in a hurry gets what is known, and the stop goes on behind that`()
    async throws
  {
    let begun = Held<LoopTask<Response>?>(nil)
    let scripts = Self.cancelling([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecutionStatus": [.error("InternalServerException", "m")],
    ])
    let calls = Calls()
    // The scripted Athena is on the gateway's loop.
    let script: @Sendable (String) -> Script = { name in
      if name == "StopCalculationExecution" { begun.value?.cancel() }
      return scripts(name)
    }
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let request = LoopTask(on: gateway.loop) {
        try await gateway.answer(
          .post, Self.submission, query: "onTimeout=cancel", Self.code + Self.wait(60),
          content: "1")
      }
      begun.value = request
      let response = try await request.value
      #expect(response.status == .created)
      #expect(response.fields[.location] == Self.path)
      #expect(response.json?["state"]?.asString == "RUNNING")
      await gateway.finish()
      #expect(calls.names.last == "GetCalculationExecution")
    }
  }

  @Test func `a caller who leaves while a busy session is tried again has the calculation stopped`()
    async throws
  {
    let begun = Held<LoopTask<Void>?>(nil)
    let scripts = Self.cancelling([
      "StartCalculationExecution": [Self.busy, Self.started], "GetSession": [Self.session("IDLE")],
    ])
    let starts = Counter()
    let calls = Calls()
    let script: @Sendable (String) -> Script = { name in
      if name == "StartCalculationExecution" { starts.add(1) }
      if starts.value == 2 { begun.value?.cancel() }
      return scripts(name)
    }
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let request = LoopTask(on: gateway.loop) {
        _ = try await gateway.answer(
          .post, Self.submission, query: "onBusy=wait&onTimeout=cancel", Self.code, content: "1")
      }
      begun.value = request
      try await request.value
      await gateway.finish()
    }
    #expect(calls.names.contains("StopCalculationExecution"))
  }

  @Test func `a caller who leaves a busy session has nothing submitted later`() async throws {
    let script = Self.cancelling([
      "StartCalculationExecution": [Self.busy, Self.started],
      "GetSession": [Self.session("BUSY")], "GetSessionStatus": [Self.session("BUSY")],
    ])
    let (calls, steps) = (Calls(), Steps())
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(calls: calls, answering: script, shared: shared) { gateway in
      let interrupter = Interrupter()
      let task = LoopTask(on: gateway.loop) {
        try await gateway.respond(
          to: Request(
            method: .post, path: Self.submission, query: "onBusy=wait&onTimeout=cancel",
            authority: "localhost", fields: FieldSection(Self.code), body: BufferedBody(bytes("1")),
            waiting: interrupter))
      }
      try await eventually { steps.pauses.count == 1 }
      #expect(interrupter.mindsEndOfInput)
      interrupter.interrupt(.callerLeft)
      #expect(try await task.value.json?["code"]?.asString == "session-busy")
      await gateway.finish()
    }
    #expect(calls.names == ["StartCalculationExecution"])
  }
}
