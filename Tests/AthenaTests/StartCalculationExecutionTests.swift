import Testing

@testable import Athena

struct StartCalculationExecutionTests {
  private func json(_ code: String, description: String? = nil) -> String {
    let input = StartCalculationExecution(
      sessionID: "s", codeBlock: code, description: description, clientRequestToken: "t")
    return String(decoding: input.json, as: UTF8.self)
  }

  @Test func `The members are Athena's, and the deprecated one is never sent`() {
    #expect(json("1") == #"{"SessionId":"s","CodeBlock":"1","ClientRequestToken":"t"}"#)
    #expect(
      json("1", description: "d")
        == #"{"SessionId":"s","CodeBlock":"1","Description":"d","ClientRequestToken":"t"}"#)
  }

  @Test func `Code is escaped as JSON wants it`() {
    #expect(
      json("print(\"é\\n\")\n\t\u{1}😀").contains(#""print(\"é\\n\")\n\t\u0001😀""#))
  }

  private func start(_ answer: String) async throws -> StartCalculationExecution.Output {
    try await withAthena(answering: answer) { client in
      try await client.startCalculationExecution(
        StartCalculationExecution(sessionID: "s", codeBlock: "1", clientRequestToken: "t"))
    }
  }

  @Test func `The answer is an id and a state`() async throws {
    let output = try await start(#"{"CalculationExecutionId":"c","State":"NEW","More":[1]}"#)
    #expect(output.calculationExecutionID == "c")
    #expect(output.state == CalculationState(rawValue: "NEW"))
  }

  @Test(arguments: [
    "", "{}", #"{"CalculationExecutionId":"c"}"#, #"{"State":"CREATING"}"#,
    #"{"CalculationExecutionId":"","State":"CREATING"}"#,
    #"{"CalculationExecutionId":null,"State":"CREATING"}"#,
    #"{"CalculationExecutionId":7,"State":"CREATING"}"#,
    #"{"CalculationExecutionId":"c","State":{}}"#,
  ])
  func `Without both it is a bad answer`(answer: String) async throws {
    let error = await #expect(throws: AthenaError.self) { try await start(answer) }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
