import Callers
import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// What becomes of those who wait while the policy changes.
@Suite(.timeLimit(.minutes(1))) struct JudgeAgainTests {
  private static let calculation = "/sessions/s/calculations/c"

  private static func policy(_ methods: String) throws -> Policy {
    try Policy(
      parsing: bytes(
        #"{"rules": [{"callers": ["*"], "workGroups": ["*"], "methods": [\#(methods)]}]}"#))
  }

  /// Answers as though a calculation or session had just ended, or become idle; at the first question that only
  /// who waits has asked, the policy allows no more than `after`.
  private func answer(
    _ method: HTTPRequest.Method, _ path: String, query: String? = nil,
    after: String = "\"DELETE\"",
    calls: Calls = Calls()
  ) async throws -> (status: Int, text: String) {
    let current = Lock(try Self.policy(#""GET", "POST""#))
    let next = try Self.policy(after)
    let script = WaitingTests.inTurn([
      "GetCalculationExecution": [
        WaitingTests.calculation("RUNNING"), WaitingTests.calculation("COMPLETED"),
      ],
      "GetCalculationExecutionStatus": [WaitingTests.status("COMPLETED")],
      "GetSession": [WaitingTests.session("BUSY"), WaitingTests.session("IDLE")],
      "GetSessionStatus": [Script(content: #"{"SessionId":"s","Status":{"State":"IDLE"}}"#)],
      "StartSession": [Script(content: #"{"SessionId":"s","State":"CREATING"}"#)],
      "StartCalculationExecution": [
        query == nil ? WaitingTests.started : WaitingTests.busy, WaitingTests.started,
      ],
    ])
    let polls = ["GetCalculationExecutionStatus", "GetSessionStatus"]
    let athena: @Sendable (String) -> Script = { name in
      if polls.contains(name) { current.withLock { $0 = next } }
      return script(name)
    }
    let judging: @Sendable () -> Policy = { current.withLock { $0 } }
    return try await withGateway(
      calls: calls, answering: athena, judging: judging, shared: WaitingTests.hasty()
    ) { gateway in
      let content = path == "/sessions" ? #"{"WorkGroup":"w","EngineConfiguration":{}}"# : "1"
      let type = path == "/sessions" ? "application/json" : "text/x-python"
      var fields = [(name: "Content-Type", value: type)]
      if query == nil { fields += WaitingTests.wait(60) }
      let response = try await gateway.answer(
        method, path, query: query, fields, content: method == .post ? content : ""
      ).collected()
      return (response.status.code, response.text ?? "")
    }
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, calculation), (.get, "/sessions/s"),
    (.post, "/sessions/s/calculations"),
  ])
  func `Who may not see it any more doesn't get what it has waited for`(
    method: HTTPRequest.Method, path: String
  ) async throws {
    let refused = try await answer(method, path)
    #expect(refused.status == 403)
    let allowed = try await answer(method, path, after: #""GET", "POST""#)
    #expect(allowed.status == (method == .post ? 201 : 200))
  }

  @Test func `A stream of events ends with the problem`() async throws {
    let events = try await answer(.get, "\(Self.calculation)/events")
    #expect(events.status == 200)
    #expect(events.text.contains("event: problem"))
    #expect(events.text.contains(#""code":"forbidden""#))
    #expect(!events.text.contains("COMPLETED"))
  }

  @Test func `Nothing is started for who may not start it any more`() async throws {
    let calls = Calls()
    let refused = try await answer(
      .post, "/sessions/s/calculations", query: "onBusy=wait", after: #""GET""#, calls: calls)
    #expect(refused.status == 403)
    #expect(calls.names.count { $0 == "StartCalculationExecution" } == 1)
  }
}
