import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct WaitingTests {
  static let path = "/sessions/s/calculations/c"
  static let code = [("Content-Type", "text/x-python")]

  static func wait(_ seconds: Int) -> [(name: String, value: String)] {
    [("Prefer", "wait=\(seconds)")]
  }

  static func calculation(_ state: String, _ more: String = "") -> Script {
    Script(
      content: """
        {"CalculationExecutionId":"c","SessionId":"s","Description":"d",
         "Status":{"State":"\(state)"\(more)}}
        """)
  }

  static func status(_ state: String, progress: String = "") -> Script {
    Script(
      content: #"{"Status":{"State":"\#(state)"},"Statistics":{"Progress":"\#(progress)"}}"#)
  }

  static func session(_ state: String) -> Script {
    Script(content: #"{"SessionId":"s","WorkGroup":"w","Status":{"State":"\#(state)"}}"#)
  }

  static let started = Script(
    content: #"{"CalculationExecutionId":"c","State":"CREATING"}"#)
  static let busy = Script.error(
    "InvalidRequestException",
    "Session is in the BUSY state; needs to be IDLE to accept Calculations.")

  /// Answers each operation with one script after the other, the last one again and again.
  static func inTurn(_ scripts: [String: [Script]]) -> @Sendable (String) -> Script {
    let state = Lock(scripts)
    return { name in
      state.withLock { scripts in
        guard let next = scripts[name]?.first else { return .error("Unexpected", name) }
        if scripts[name]!.count > 1 { scripts[name]!.removeFirst() }
        return next
      }
    }
  }

  /// Polls without pauses.
  static func hasty() -> Gateway.Shared {
    Gateway.Shared(
      polls: PollTools(
        random: { 0 },
        pause: { (loop, _) async throws(CancellationError) in try await loop.pause(for: .zero) }))
  }

  private func members(_ response: Response) -> [String] {
    response.json?.asObject?.members.map(\.name) ?? []
  }

  // MARK: GET

  @Test func `a calculation that is waited for is answered with when it has ended`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [
        Self.calculation("RUNNING"), Self.calculation("COMPLETED", #","StateChangeReason":"r""#),
      ],
      "GetCalculationExecutionStatus": [
        Self.status("RUNNING"), Self.status("RUNNING"), Self.status("COMPLETED"),
      ],
    ])
    let calls = Calls()
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(.get, Self.path, Self.wait(1000))
      #expect(response.status == .ok)
      #expect(response.fields[.preferenceApplied] == "wait=300")
      #expect(response.fields[.vary] == "Prefer")
      #expect(response.fields[.cacheControl] == Response.immutable)
      #expect(response.json?["state"]?.asString == "COMPLETED")
      #expect(response.json?["stateChangeReason"]?.asString == "r")
      #expect(gateway.shared.calculations.count == (0, 0))
    }
    #expect(calls.names.count { $0 == "GetCalculationExecution" } == 2)
    #expect(calls.names.count { $0 == "GetCalculationExecutionStatus" } == 3)
  }

  @Test func `a calculation that has not ended in time is answered with as it is`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("CREATED")],
      "GetCalculationExecutionStatus": [Self.status("RUNNING", progress: "40%")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(.get, Self.path, Self.wait(1))
      #expect(response.status == .ok)
      #expect(response.fields[.preferenceApplied] == "wait=1")
      #expect(response.allFields[.cacheControl] == "no-store")
      #expect(
        response.text
          == #"{"sessionId":"s","calculationExecutionId":"c","state":"RUNNING","description":"d","progress":"40%"}"#
      )
    }
  }

  @Test func `the caller's copy is compared at the end`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [
        Self.calculation("COMPLETED"), Self.calculation("RUNNING"), Self.calculation("COMPLETED"),
      ],
      "GetCalculationExecutionStatus": [Self.status("COMPLETED")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let tag = try #require(try await gateway.answer(.get, Self.path).fields[.eTag])
      let response = try await gateway.answer(
        .get, Self.path, Self.wait(10) + [("If-None-Match", tag)])
      #expect(response.status == .notModified)
      #expect(response.fields[.preferenceApplied] == "wait=10")
      #expect(response.fields[.vary] == "Prefer")
    }
  }

  @Test func `a preference that can't be read is none`() async throws {
    let script = Self.inTurn(["GetCalculationExecution": [Self.calculation("RUNNING")]])
    try await withGateway(answering: script) { gateway in
      let response = try await gateway.answer(.get, Self.path, [("Prefer", "wait=soon")])
      #expect(response.status == .ok)
      #expect(response.fields[.preferenceApplied] == nil)
    }
  }

  @Test func `another session's calculation is not waited for`() async throws {
    let script = Self.inTurn(["GetCalculationExecution": [Self.calculation("RUNNING")]])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      for path in ["/sessions/t/calculations/c", "/sessions/t/calculations/c/events"] {
        for _ in 0..<2 {
          let response = try await gateway.answer(.get, path, Self.wait(300))
          #expect(response.status == .notFound)
        }
      }
    }
  }

  @Test func `an error that ends a wait is answered as without one`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("RUNNING")],
      "GetCalculationExecutionStatus": [.error("InternalServerException", "m")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(.get, Self.path, Self.wait(300))
      #expect(response.status == .badGateway)
      #expect(response.json?["code"]?.asString == "athena-failed")
    }
  }

  @Test func `as long as Athena throttles a wait goes on, and then it says so`() async throws {
    let throttled = Script.error("TooManyRequestsException", "m")
    let script = Self.inTurn(["GetCalculationExecution": [throttled]])
    try await withGateway(answering: script) { gateway in
      let response = try await gateway.answer(.get, Self.path, Self.wait(1))
      #expect(response.status == .tooManyRequests)
      #expect(response.json?["code"]?.asString == "throttled")
    }
    let mixed = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("RUNNING"), Self.calculation("FAILED")],
      "GetCalculationExecutionStatus": [throttled, throttled, Self.status("FAILED")],
    ])
    try await withGateway(answering: mixed, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(.get, Self.path, Self.wait(300))
      #expect(response.json?["state"]?.asString == "FAILED")
    }
  }

  @Test func `five hundred who wait cost the calls of one`() async throws {
    let script = Self.inTurn([
      "GetCalculationExecution": [Self.calculation("RUNNING"), Self.calculation("COMPLETED")],
      "GetCalculationExecutionStatus": [Self.status("COMPLETED")],
    ])
    let (calls, steps) = (Calls(), Steps())
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(calls: calls, answering: script, shared: shared) { gateway in
      let ended = Counter()
      let tasks = (0..<500).map { _ in
        gateway.loop.spawn {
          let response = try? await gateway.answer(.get, Self.path, Self.wait(300))
          if response?.json?["state"]?.asString == "COMPLETED" { ended.add(1) }
        }
      }
      try await eventually { shared.calculations.count == (1, 500) }
      try await steps.step()
      for task in tasks { await task.value }
      #expect(ended.value == 500)
    }
    #expect(calls.names.count == 3)
  }

  // MARK: GET of a session

  @Test(arguments: ["IDLE", "TERMINATED", "FAILED", "DEGRADED"])
  func `a session is waited for until it is IDLE or has ended`(state: String) async throws {
    let script = Self.inTurn([
      "GetSession": [Self.session("CREATING"), Self.session("CREATED"), Self.session(state)],
      "GetSessionStatus": [
        Self.session("CREATING"), Self.session("CREATED"), Self.session(state),
      ],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s", Self.wait(300))
      #expect(response.text == #"{"sessionId":"s","state":"\#(state)","workGroup":"w"}"#)
      #expect(response.fields[.preferenceApplied] == "wait=300")
      #expect(response.allFields[.cacheControl] == "no-store")
    }
  }

  // MARK: POST

  static let submission = "/sessions/s/calculations"

  @Test func `one call submits, waits and answers as the calculation's own resource does`()
    async throws
  {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [Self.calculation("RUNNING"), Self.calculation("COMPLETED")],
      "GetCalculationExecutionStatus": [Self.status("COMPLETED")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, Self.code + Self.wait(60), content: "1")
      #expect(response.status == .created)
      #expect(response.fields[.location] == Self.path)
      #expect(response.fields[.preferenceApplied] == "wait=60")
      #expect(response.fields[.clientRequestToken] != nil)
      let calculation = try await gateway.answer(.get, Self.path)
      #expect(response.text == calculation.text)
    }
  }

  @Test func `a wait of no time answers at once`() async throws {
    let script = Self.inTurn(["StartCalculationExecution": [Self.started]])
    let calls = Calls()
    try await withGateway(calls: calls, answering: script) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, Self.code + Self.wait(0), content: "1")
      #expect(response.status == .created)
      #expect(response.fields[.preferenceApplied] == "wait=0")
      #expect(members(response) == ["sessionId", "calculationExecutionId", "state"])
    }
    #expect(calls.names == ["StartCalculationExecution"])
  }

  @Test func `what fails after the start is told beside the last state`() async throws {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [Self.calculation("RUNNING")],
      "GetCalculationExecutionStatus": [.error("InternalServerException", "so it is")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, Self.code + Self.wait(60), content: "1")
      #expect(response.status == .created)
      #expect(response.fields[.location] == Self.path)
      #expect(
        response.text == """
          {"sessionId":"s","calculationExecutionId":"c","state":"RUNNING","description":"d",\
          "waitError":{"code":"athena-failed","detail":"so it is"}}
          """)
    }
  }

  @Test func `what fails before anything is known leaves the state of the start`() async throws {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [.error("AccessDeniedException", "no")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, Self.code + Self.wait(60), content: "1")
      #expect(response.status == .created)
      #expect(response.json?["state"]?.asString == "CREATING")
      #expect(response.json?["waitError"]?["code"]?.asString == "gateway-not-authorized")
    }
  }

  @Test func `one call starts a session and waits for it to be IDLE`() async throws {
    let script = Self.inTurn([
      "StartSession": [Script(content: #"{"SessionId":"s","State":"CREATING"}"#)],
      "GetSession": [Self.session("CREATING"), Self.session("IDLE")],
      "GetSessionStatus": [Self.session("IDLE")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, "/sessions", [("Content-Type", "application/json")] + Self.wait(60),
        content: #"{"workGroup":"w","engineConfiguration":{}}"#)
      #expect(response.status == .created)
      #expect(response.fields[.location] == "/sessions/s")
      #expect(response.fields[.preferenceApplied] == "wait=60")
      #expect(response.text == #"{"sessionId":"s","state":"IDLE","workGroup":"w"}"#)
    }
  }

  // MARK: onTimeout

  private enum End {
    case time
    case drain
    case halfClose
    case gone
  }

  @Test(arguments: [
    (End.time, true, true), (.halfClose, true, true), (.gone, true, false), (.drain, false, false),
  ])
  private func `what nobody waits for any more is stopped, but for a drain`(
    end: End, isStopped: Bool, isToldOf: Bool
  ) async throws {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [Self.calculation("RUNNING"), Self.calculation("CANCELING")],
      "GetCalculationExecutionStatus": [Self.status("RUNNING")],
      "StopCalculationExecution": [Script(content: #"{"State":"CANCELING"}"#)],
      "StartSession": [Script(content: #"{"SessionId":"s","State":"CREATING"}"#)],
      "GetSession": [Self.session("CREATING"), Self.session("TERMINATING")],
      "GetSessionStatus": [Self.session("CREATING")],
      "TerminateSession": [Script(content: #"{"State":"TERMINATING"}"#)],
    ])
    for (path, type, content, stop, last) in [
      (Self.submission, "text/x-python", "1", "StopCalculationExecution", "CANCELING"),
      (
        "/sessions", "application/json", #"{"workGroup":"w","engineConfiguration":{}}"#,
        "TerminateSession", "TERMINATING"
      ),
    ] {
      let (calls, steps) = (Calls(), Steps())
      let shared = Gateway.Shared(polls: steps.tools)
      try await withGateway(calls: calls, answering: script, shared: shared) { gateway in
        let interrupter = Interrupter()
        let task = LoopTask(on: gateway.loop) {
          try await gateway.respond(
            to: Request(
              method: .post, path: path, query: "onTimeout=cancel", authority: "localhost",
              fields: FieldSection([
                ("Content-Type", type), ("Prefer", end == .time ? "wait=1" : "wait=300"),
              ]), body: BufferedBody(bytes(content)), waiting: interrupter)
          )
          .text
        }
        try await steps.step()
        try await eventually { steps.pauses.count == 2 }
        #expect(interrupter.mindsEndOfInput)
        switch end {
        case .time: break
        case .drain: interrupter.interrupt(.drain)
        case .halfClose: interrupter.interrupt(.callerLeft)
        case .gone: task.cancel()
        }
        let text = try await task.value
        #expect(text?.contains(last) == isToldOf)
        await gateway.finish()
      }
      #expect(calls.names.count { $0 == stop } == (isStopped ? 1 : 0))
    }
  }

  @Test func `a caller who leaves while the calculation is started has it stopped`() async throws {
    let begun = Held<LoopTask<Void>?>(nil)
    let scripts = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [Self.calculation("CANCELED")],
      "StopCalculationExecution": [Script(content: #"{"State":"CANCELED"}"#)],
    ])
    let calls = Calls()
    // The scripted Athena is on the gateway's loop.
    let script: @Sendable (String) -> Script = { name in
      if name == "StartCalculationExecution" { begun.value?.cancel() }
      return scripts(name)
    }
    try await withGateway(calls: calls, answering: script) { gateway in
      let request = LoopTask(on: gateway.loop) {
        _ = try await gateway.answer(
          .post, Self.submission, query: "onTimeout=cancel", Self.code + Self.wait(300),
          content: "1")
      }
      begun.value = request
      try await request.value
      await gateway.finish()
    }
    #expect(calls.names.contains("StopCalculationExecution"))
  }

  @Test func `without being asked to, nothing is stopped and a half-closed caller is waited with`()
    async throws
  {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.started],
      "GetCalculationExecution": [Self.calculation("RUNNING")],
      "GetCalculationExecutionStatus": [Self.status("RUNNING")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      let interrupter = Interrupter()
      let response = try await gateway.respond(
        to: Request(
          method: .post, path: Self.submission, authority: "localhost",
          fields: FieldSection(Self.code + Self.wait(1)), body: BufferedBody(bytes("1")),
          waiting: interrupter))
      #expect(response.json?["state"]?.asString == "RUNNING")
      #expect(!interrupter.mindsEndOfInput)
      #expect(interrupter.duration == .seconds(1))
    }
  }

  @Test(arguments: [
    ("onTimeout=keep", "/sessions/s/calculations"), ("onBusy=fail", "/sessions/s/calculations"),
    ("onTimeout=", "/sessions"), ("onBusy=wait", "/sessions"), ("onTimeout=cancel", "/sessions"),
    ("onTimeout=cancel", "/sessions/s/calculations"),
    ("onBusy=wait&onBusy=wait", "/sessions/s/calculations"),
  ])
  func `other words in the query are refused before anything is started`(
    query: String, path: String
  ) async throws {
    let calls = Calls()
    try await withGateway(calls: calls) { gateway in
      let response = try await gateway.answer(
        .post, path, query: query, [("Content-Type", "application/json")],
        content: #"{"codeBlock":"1"}"#)
      #expect(response.status == .badRequest)
      #expect(response.json?["code"]?.asString == "malformed-request")
    }
    #expect(calls.names.isEmpty)
  }

  // MARK: onBusy

  @Test func `a busy session is waited for, and the same call made again`() async throws {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.busy, Self.busy, Self.started],
      "GetSession": [Self.session("BUSY"), Self.session("IDLE")],
      "GetSessionStatus": [Self.session("BUSY"), Self.session("IDLE")],
    ])
    let calls = Calls()
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, query: "onBusy=wait", Self.code, content: "1")
      #expect(response.status == .created)
      #expect(response.fields[.preferenceApplied] == nil)
      #expect(members(response) == ["sessionId", "calculationExecutionId", "state"])
    }
    let starts = zip(calls.names, calls.contents).filter { $0.0 == "StartCalculationExecution" }
    #expect(starts.count == 3)
    #expect(Set(starts.map(\.1)).count == 1)
  }

  @Test func `a session that is still busy at the end is a conflict`() async throws {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.busy],
      "GetSession": [Self.session("BUSY")],
      "GetSessionStatus": [Self.session("BUSY")],
    ])
    try await withGateway(answering: script) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, query: "onBusy=wait", Self.code + Self.wait(1), content: "1")
      #expect(response.status == .conflict)
      #expect(response.json?["code"]?.asString == "session-busy")
      #expect(response.json?["sessionState"]?.asString == "BUSY")
      #expect(response.fields[.retryAfter] == "2")
    }
  }

  @Test func `a busy session is waited for half a minute where nothing else is preferred`()
    async throws
  {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.busy], "GetSession": [Self.session("BUSY")],
      "GetSessionStatus": [Self.session("BUSY")],
    ])
    let steps = Steps()
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(answering: script, shared: shared) { gateway in
      let interrupter = Interrupter()
      let task = LoopTask(on: gateway.loop) {
        try await gateway.respond(
          to: Request(
            method: .post, path: Self.submission, query: "onBusy=wait", authority: "localhost",
            fields: FieldSection(Self.code), body: BufferedBody(bytes("1")), waiting: interrupter)
        ).status
      }
      try await steps.step()
      #expect(interrupter.duration == .seconds(30))
      interrupter.interrupt(.drain)
      #expect(try await task.value == .conflict)
    }
  }

  @Test func `a session that has ended by one account and is busy by another is tried once more`()
    async throws
  {
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.busy], "GetSession": [Self.session("TERMINATED")],
    ])
    let calls = Calls()
    try await withGateway(calls: calls, answering: script, shared: Self.hasty()) { gateway in
      let response = try await gateway.answer(
        .post, Self.submission, query: "onBusy=wait", Self.code, content: "1")
      #expect(response.json?["code"]?.asString == "session-busy")
    }
    #expect(calls.names.count { $0 == "StartCalculationExecution" } == 2)
  }

  @Test func `a session that has ended is not waited for`() async throws {
    let ended = Script.error(
      "InvalidRequestException",
      "Session is in the TERMINATED state; needs to be IDLE to accept Calculations.")
    let script = Self.inTurn([
      "StartCalculationExecution": [Self.busy, ended], "GetSession": [Self.session("TERMINATED")],
    ])
    try await withGateway(answering: script, shared: Self.hasty()) { gateway in
      // It ends while it is waited for, and has ended before.
      for _ in 0..<2 {
        let response = try await gateway.answer(
          .post, Self.submission, query: "onBusy=wait", Self.code, content: "1")
        #expect(response.status == .conflict)
        #expect(response.json?["code"]?.asString == "session-ended")
      }
    }
  }
}
