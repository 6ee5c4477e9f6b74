import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct ListTests {
  private static let status = """
    {"State":"NEW","StateChangeReason":"why","StartDateTime":1763799353.12,
     "IdleSinceDateTime":1763799355}
    """

  @Test func `Calculations are flattened`() async throws {
    let calls = Calls()
    let script = Script(
      content: """
        {"Calculations":[{"CalculationExecutionId":"c","Description":"d","More":1,
          "Status":{"SubmissionDateTime":1763799353.12,"CompletionDateTime":null,"State":"NEW"}},{}]}
        """)
    try await withGateway(calls: calls, answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s/calculations")
      #expect(response.status == .ok)
      #expect(response.fields[.link] == nil)
      #expect(
        response.text == """
          {"calculations":[{"calculationExecutionId":"c","state":"NEW",\
          "submissionDateTime":"2025-11-22T08:15:53.120Z","description":"d"},{}]}
          """)
    }
    #expect(calls.names == ["ListCalculationExecutions"])
    #expect(calls.contents == [#"{"SessionId":"s","MaxResults":50}"#])
  }

  @Test func `Sessions are flattened, and their engine version is not`() async throws {
    let calls = Calls()
    let script = Script(
      content: """
        {"Sessions":[{"SessionId":"s","Description":"d","NotebookVersion":"n",
          "EngineVersion":{"SelectedEngineVersion":"AUTO","EffectiveEngineVersion":"3"},
          "Status":\(Self.status)}]}
        """)
    try await withGateway(calls: calls, answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, "/sessions", query: "workGroup=wg&state=IDLE")
      #expect(
        response.text == """
          {"sessions":[{"sessionId":"s","state":"NEW","stateChangeReason":"why",\
          "startDateTime":"2025-11-22T08:15:53.120Z","idleSinceDateTime":"2025-11-22T08:15:55.000Z",\
          "description":"d","engineVersion":{"selectedEngineVersion":"AUTO",\
          "effectiveEngineVersion":"3"},"notebookVersion":"n"}]}
          """)
    }
    #expect(calls.names == ["ListSessions"])
    #expect(calls.contents == [#"{"WorkGroup":"wg","StateFilter":"IDLE","MaxResults":50}"#])
  }

  @Test func `Executors' times stay the integers that they are`() async throws {
    let calls = Calls()
    let script = Script(
      content: """
        {"SessionId":"s","ExecutorsSummary":[{"ExecutorId":"1","ExecutorType":"WORKER",
          "StartDateTime":1763799353,"TerminationDateTime":1763799355000,"ExecutorState":"NEW",
          "ExecutorSize":1}]}
        """)
    try await withGateway(calls: calls, answering: always(script)) { gateway in
      let response = try await gateway.answer(
        .get, "/sessions/s/executors", query: "state=REGISTERED&limit=7")
      #expect(
        response.text == """
          {"executors":[{"executorId":"1","executorType":"WORKER","executorState":"NEW",\
          "startDateTime":1763799353,"terminationDateTime":1763799355000,"executorSize":1}]}
          """)
    }
    #expect(calls.names == ["ListExecutors"])
    #expect(
      calls.contents == [#"{"SessionId":"s","ExecutorStateFilter":"REGISTERED","MaxResults":7}"#])
  }

  @Test(arguments: ["/sessions/a%2Fb/calculations", "/sessions/a%2Fb/executors", "/sessions"])
  func `The link to the next part has all that this one was asked with`(path: String) async throws {
    let calls = Calls()
    let script = Script(content: #"{"NextToken":"a+/=é&"}"#)
    let workGroup = path == "/sessions" ? "workGroup=wg&" : ""
    try await withGateway(calls: calls, answering: always(script), basePath: BasePath("/x")!) {
      gateway in
      let response = try await gateway.answer(
        .get, "/x" + path,
        query: "limit=2&pageToken=old&state=FAILED&"
          + (workGroup.isEmpty ? "" : "workGroup=wg"))
      #expect(response.json?["nextPageToken"]?.asString == "a+/=é&")
      let next = "\(workGroup)state=FAILED&limit=2&pageToken=a%2B%2F%3D%C3%A9%26"
      #expect(response.fields[.link] == "</x\(path)?\(next)>; rel=\"next\"")
      let again = try await gateway.answer(.get, "/x" + path, query: next)
      #expect(again.status == .ok)
    }
    #expect(calls.contents.first?.contains(#""NextToken":"old""#) == true)
    #expect(calls.contents.last?.contains(#""NextToken":"a+/=é&""#) == true)
  }

  @Test func `An empty token is the end`() async throws {
    try await withGateway(answering: always(Script(content: #"{"NextToken":""}"#))) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s/calculations")
      #expect(response.text == #"{"calculations":[]}"#)
    }
  }

  @Test(arguments: [(2048, HTTPResponse.Status.ok), (2049, .badGateway)])
  func `A token that would not be taken back is a bad answer`(
    length: Int, status: HTTPResponse.Status
  ) async throws {
    let token = String(repeating: "é", count: length)
    let script = Script(content: #"{"NextToken":"\#(token)"}"#)
    try await withGateway(answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s/calculations")
      #expect(response.status == status)
      #expect(response.json?["code"]?.asString == (status == .ok ? nil : "bad-answer"))
    }
  }

  @Test(arguments: [
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=", "limit"), ("limit=%2B1", "limit"),
    ("limit=1.0", "limit"), ("limit=99999999999999999999", "limit"),
    ("state=", "CREATING"), ("state=idle", "CREATING"), ("state=STOPPED", "CREATING"),
    ("pageToken=", "pageToken"), ("pageToken=" + String(repeating: "x", count: 2049), "pageToken"),
    ("max=1", "limit"), ("limit=1&limit=1", "twice"),
  ])
  func `What no list can be asked with is 400, and Athena is not asked`(
    query: String, names: String
  ) async throws {
    let calls = Calls()
    try await withGateway(calls: calls, sessions: .init(workGroup: "wg")) { gateway in
      for path in ["/sessions", "/sessions/s/executors", "/sessions/s/calculations"] {
        let response = try await gateway.answer(.get, path, query: query)
        #expect(response.status == .badRequest)
        #expect(response.json?["code"]?.asString == "malformed-request")
        #expect(response.json?["detail"]?.asString?.contains(names) == true, "\(path)")
      }
    }
    #expect(calls.names == [])
  }

  @Test func `Sessions need a workgroup, the caller's or the operator's`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls) { gateway in
      let without = try await gateway.answer(.get, "/sessions")
      #expect(without.status == .badRequest)
      #expect(without.json?["code"]?.asString == "malformed-request")
      #expect(without.json?["detail"]?.asString?.contains("--work-group") == true)
      let wrong = try await gateway.answer(.get, "/sessions", query: "workGroup=a/b")
      #expect(wrong.status == .badRequest)
      #expect(wrong.json?["code"]?.asString == "malformed-request")
    }
    #expect(calls.names == [])
    try await withGateway(calls: calls, sessions: .init(workGroup: "mine")) { gateway in
      _ = try await gateway.answer(.get, "/sessions")
      _ = try await gateway.answer(.get, "/sessions", query: "workGroup=yours")
    }
    #expect(
      calls.contents == [
        #"{"WorkGroup":"mine","MaxResults":50}"#, #"{"WorkGroup":"yours","MaxResults":50}"#,
      ])
  }

  @Test(arguments: [
    #"{"Sessions":{}}"#, #"{"Sessions":[1]}"#, #"{"Sessions":[{"SessionId":1}]}"#,
    #"{"Sessions":[{"Status":{"StartDateTime":"now"}}]}"#,
    #"{"Sessions":[{"Status":{"StartDateTime":1e999}}]}"#, #"{"NextToken":1}"#,
  ])
  func `A list of another form is a bad answer`(content: String) async throws {
    try await withGateway(answering: always(Script(content: content))) { gateway in
      let response = try await gateway.answer(.get, "/sessions", query: "workGroup=wg")
      #expect(response.json?["code"]?.asString == "bad-answer")
    }
  }
}
