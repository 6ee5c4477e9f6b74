import HTTPMessage
import HTTPTypes
import JSON
import Testing
import Yams

@testable import Gateway

struct GetCalculationTests {
  private static let path = "/sessions/s/calculations/c"

  private static let whole = Script(
    content: """
      {"CalculationExecutionId":"c","SessionId":"s","Description":"d","WorkingDirectory":"s3://w",
       "Status":{"SubmissionDateTime":1763799353.12,"CompletionDateTime":1763799355,
        "State":"FAILED","StateChangeReason":"why"},
       "Statistics":{"DpuExecutionInMillis":1884,"Progress":"p"},
       "Result":{"StdOutS3Uri":"s3://b/o","StdErrorS3Uri":"s3://b/e","ResultS3Uri":"s3://b/r",
        "ResultType":"t/t"}}
      """)

  @Test func `Athena's members are flattened, in the contract's order`() async throws {
    let calls = Calls()
    let response = try await withGateway(calls: calls, answering: always(Self.whole)) { gateway in
      let response = try await gateway.answer(.get, Self.path)
      #expect(response.status == .ok)
      #expect(response.fields[.cacheControl] == Response.immutable)
      return response.text
    }
    #expect(
      response == """
        {"sessionId":"s","calculationExecutionId":"c","state":"FAILED","stateChangeReason":"why",\
        "description":"d","submissionDateTime":"2025-11-22T08:15:53.120Z",\
        "completionDateTime":"2025-11-22T08:15:55.000Z","progress":"p",\
        "dpuExecutionInMillis":1884,"stdOutS3Uri":"s3://b/o","stdErrorS3Uri":"s3://b/e",\
        "resultS3Uri":"s3://b/r","resultType":"t/t","workingDirectory":"s3://w"}
        """)
    #expect(calls.names == ["GetCalculationExecution"])
    #expect(calls.contents == [#"{"CalculationExecutionId":"c"}"#])
    let schema = try OpenAPIDocument().schema("CalculationExecution")
    let names = try members(#require(schema["properties"])).map(\.name)
    let answer = try JSONValue(parsing: bytes(response ?? ""))
    // What ?include= adds comes after it.
    #expect(answer.asObject?.members.map(\.name) == names.dropLast(6))
  }

  @Test func `What Athena left out is absent, and an unknown state passes through`() async throws {
    let script = Script(content: #"{"SessionId":"s","Status":{"State":"NEW"}}"#)
    try await withGateway(answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, Self.path)
      #expect(response.text == #"{"sessionId":"s","state":"NEW"}"#)
      #expect(response.allFields[.cacheControl] == "no-store")
    }
  }

  /// The second is canonically equivalent to the session's own id, and another id all the same.
  @Test(arguments: [#""t""#, #""e\u0301""#])
  func `A calculation of another session is not there`(owner: String) async throws {
    try await withGateway(answering: always(Script(content: #"{"SessionId":\#(owner)}"#))) {
      gateway in
      for path in ["/sessions/%C3%A9/calculations/c", "/sessions/%C3%A9/calculations/c/stdout"] {
        let response = try await gateway.answer(.get, path)
        #expect(response.status == .notFound)
        #expect(response.json?["code"]?.asString == "not-found")
      }
    }
  }

  @Test(arguments: [#"{"SessionId":null}"#, "{}", ""])
  func `An answer that names no session proves nothing`(content: String) async throws {
    try await withGateway(answering: always(Script(content: content))) { gateway in
      let response = try await gateway.answer(.get, Self.path)
      #expect(response.status == .badGateway)
      #expect(response.json?["code"]?.asString == "bad-answer")
    }
  }

  @Test func `The caller's own copy is good while nothing changes`() async throws {
    try await withGateway(answering: always(Self.whole)) { gateway in
      let tag = try #require(try await gateway.answer(.get, Self.path).fields[.eTag])
      let again = try await gateway.answer(.get, Self.path, [("If-None-Match", tag)])
      #expect(again.status == .notModified)
      #expect(again.fields[.eTag] == tag)
      #expect(again.fields[.xRequestID] != nil)
      let other = try await gateway.answer(.get, Self.path, [("If-None-Match", "\"x\"")])
      #expect(other.status == .ok)
    }
  }

  @Test(arguments: [
    (Script.error("ResourceNotFoundException", "m"), 404, "not-found"),
    (Script(status: 503, content: ""), 502, "athena-failed"),
    (Script(status: 200, content: "<html>"), 502, "bad-answer"),
    (Script(status: 302, content: ""), 502, "bad-answer"),
    (Script(content: #"{"SessionId":1}"#), 502, "bad-answer"),
  ])
  func `What goes wrong behind the gateway is a problem`(
    script: Script, status: Int, code: String
  ) async throws {
    try await withGateway(answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, Self.path)
      #expect(response.status.code == status)
      #expect(response.json?["code"]?.asString == code)
    }
  }

  @Test func `It has no query parameters`() async throws {
    try await withGateway(answering: always(Self.whole)) { gateway in
      let asking = try await gateway.answer(.get, Self.path, query: "a=1")
      let empty = try await gateway.answer(.get, Self.path, query: "")
      #expect(asking.status == .badRequest)
      #expect(empty.status == .ok)
    }
  }
}
