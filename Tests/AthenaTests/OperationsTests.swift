import JSON
import Testing

@testable import Athena

struct OperationsTests {
  /// What an operation was sent, and what became of its answer.
  private func call<Output: Sendable>(
    answering answer: String,
    _ call: @escaping @Sendable (AthenaClient) async throws -> Output
  ) async throws -> (sent: [String], output: Output) {
    let contents = Contents()
    let output = try await withAthena(answering: answer, contents: contents, call)
    return (contents.all, output)
  }

  @Test func `GetCalculationExecutionStatus has state and progress`() async throws {
    let (sent, output) = try await call(
      answering:
        #"{"Status":{"State":"NEW"},"Statistics":{"Progress":"p","DpuExecutionInMillis":1}}"#
    ) { try await $0.getCalculationExecutionStatus("c") }
    #expect(sent == [#"{"CalculationExecutionId":"c"}"#])
    #expect(output.status.state?.rawValue == "NEW")
    #expect(output.statistics == .init(dpuExecutionInMillis: 1, progress: "p"))
  }

  @Test func `GetCalculationExecutionCode has the code`() async throws {
    let (sent, code) = try await call(answering: #"{"CodeBlock":""}"#) {
      try await $0.getCalculationExecutionCode("c")
    }
    #expect(sent == [#"{"CalculationExecutionId":"c"}"#])
    #expect(code == "")
  }

  @Test func `StopCalculationExecution has a state`() async throws {
    let (sent, state) = try await call(answering: #"{"State":"CANCELING"}"#) {
      try await $0.stopCalculationExecution("c")
    }
    #expect(sent == [#"{"CalculationExecutionId":"c"}"#])
    #expect(state == .canceling)
  }

  @Test func `TerminateSession has a state`() async throws {
    let (sent, state) = try await call(answering: #"{"State":"TERMINATING"}"#) {
      try await $0.terminateSession("s")
    }
    #expect(sent == [#"{"SessionId":"s"}"#])
    #expect(state == .terminating)
  }

  @Test func `GetSessionStatus has a state and its reason`() async throws {
    let (sent, status) = try await call(
      answering:
        #"{"SessionId":"s","Status":{"State":"FAILED","StateChangeReason":"r","EndDateTime":1}}"#
    ) { try await $0.getSessionStatus("s") }
    #expect(sent == [#"{"SessionId":"s"}"#])
    #expect(status == SessionStatus(state: .failed, stateChangeReason: "r"))
    let (_, none) = try await call(answering: "{}") { try await $0.getSessionStatus("s") }
    #expect(none == SessionStatus())
  }

  @Test func `GetSession has what its shape has`() async throws {
    let (sent, session) = try await call(
      answering: #"{"Status":{"State":"IDLE","New":1},"SessionId":"s","New":[],"WorkGroup":null}"#
    ) { try await $0.getSession("s") }
    #expect(sent == [#"{"SessionId":"s"}"#])
    #expect(session.state == .idle)
    var writer = JSONWriter()
    writer.value(.object(session.object))
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"SessionId":"s","Status":{"State":"IDLE"}}"#)
  }

  @Test func `StartSession sends what it is given`() async throws {
    let input = JSONObject([.init(name: "WorkGroup", value: .string("w"))])
    let (sent, output) = try await call(answering: #"{"SessionId":"s","State":"CREATING"}"#) {
      try await $0.startSession(input)
    }
    #expect(sent == [#"{"WorkGroup":"w"}"#])
    #expect(output == .init(sessionID: "s", state: .creating))
  }

  @Test func `Lists are asked for by part`() async throws {
    let listing = Listing(stateFilter: "IDLE", maxResults: 2, nextToken: "t")
    let asked = #""MaxResults":2,"NextToken":"t"}"#
    let (sessions, _) = try await call(answering: "{}") {
      try await $0.listSessions(workGroup: "w", listing)
    }
    #expect(sessions == [#"{"WorkGroup":"w","StateFilter":"IDLE",\#(asked)"#])
    let (calculations, _) = try await call(answering: "{}") {
      try await $0.listCalculationExecutions(sessionID: "s", listing)
    }
    #expect(calculations == [#"{"SessionId":"s","StateFilter":"IDLE",\#(asked)"#])
    let (executors, page) = try await call(
      answering: #"{"SessionId":"s","ExecutorsSummary":[{"ExecutorId":"1"}],"NextToken":"n"}"#
    ) { try await $0.listExecutors(sessionID: "s", listing) }
    #expect(executors == [#"{"SessionId":"s","ExecutorStateFilter":"IDLE",\#(asked)"#])
    #expect(page.items.map { $0["ExecutorId"]?.asString } == ["1"])
    #expect(page.nextToken == "n")
  }

  /// Each of them can't be told without what is missing.
  @Test func `Without what an answer has to have it is a bad one`() async throws {
    let calls: [@Sendable (AthenaClient) async throws -> Void] = [
      { _ = try await $0.getCalculationExecutionCode("c") },
      { _ = try await $0.stopCalculationExecution("c") },
      { _ = try await $0.terminateSession("s") },
      { _ = try await $0.startSession(JSONObject()) },
    ]
    for (index, call) in calls.enumerated() {
      let error = await #expect(throws: AthenaError.self) {
        try await withAthena(answering: "{}", call)
      }
      guard case .badAnswer = error else {
        Issue.record("\(index): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func `A state ends a session, or doesn't`() {
    #expect(
      SessionState.known.filter(\.isEnded) == [.terminating, .terminated, .degraded, .failed])
    #expect(!SessionState(rawValue: "NEW").isEnded)
  }
}
