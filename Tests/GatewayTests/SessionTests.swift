import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct SessionTests {
  private static let whole = Script(
    content: """
      {"SessionId":"s","Description":"d","WorkGroup":"wg","EngineVersion":"v",
       "EngineConfiguration":{"MaxConcurrentDpus":20,"SparkProperties":{"Spark.Key":"V"}},
       "NotebookVersion":"n","SessionConfiguration":{"ExecutionRole":"r","WorkingDirectory":"w",
        "IdleTimeoutSeconds":1200,"EncryptionConfiguration":{"EncryptionOption":"SSE_S3"}},
       "MonitoringConfiguration":{"S3LoggingConfiguration":{"Enabled":false}},
       "Status":{"StartDateTime":1763799353.12,"LastModifiedDateTime":1763799354,
        "EndDateTime":1763799355,"IdleSinceDateTime":1763799354,"State":"TERMINATED",
        "StateChangeReason":"why"},"Statistics":{"DpuExecutionInMillis":7},"New":1}
      """)

  @Test func `Athena's members are flattened, and nested ones keep their place`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: always(Self.whole)) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s")
      #expect(response.status == .ok)
      // What ends a session is not the last word: only calculations are kept.
      #expect(response.allFields[.cacheControl] == "no-store")
      #expect(
        response.text == """
          {"sessionId":"s","state":"TERMINATED","stateChangeReason":"why",\
          "startDateTime":"2025-11-22T08:15:53.120Z",\
          "lastModifiedDateTime":"2025-11-22T08:15:54.000Z",\
          "endDateTime":"2025-11-22T08:15:55.000Z","idleSinceDateTime":"2025-11-22T08:15:54.000Z",\
          "description":"d","workGroup":"wg","engineVersion":"v",\
          "engineConfiguration":{"maxConcurrentDpus":20,"sparkProperties":{"Spark.Key":"V"}},\
          "notebookVersion":"n","sessionConfiguration":{"executionRole":"r","workingDirectory":"w",\
          "idleTimeoutSeconds":1200,"encryptionConfiguration":{"encryptionOption":"SSE_S3"}},\
          "monitoringConfiguration":{"s3LoggingConfiguration":{"enabled":false}},\
          "dpuExecutionInMillis":7}
          """)
      let tag = try #require(response.fields[.eTag])
      let again = try await gateway.answer(.get, "/sessions/s", [("If-None-Match", tag)])
      #expect(again.status == .notModified)
    }
    #expect(calls.names == ["GetSession", "GetSession"])
    #expect(calls.contents.first == #"{"SessionId":"s"}"#)
  }

  @Test func `What Athena left out is absent`() async throws {
    try await withGateway(answering: always(Script(content: #"{"Status":null}"#))) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s")
      #expect(response.text == "{}")
    }
  }

  @Test func `A session is asked to end`() async throws {
    let calls = Calls()
    let script = Script(content: #"{"State":"TERMINATING"}"#)
    try await withGateway(calls: calls, answering: always(script)) { gateway in
      let response = try await gateway.answer(.delete, "/sessions/a%2Fb")
      #expect(response.status == .accepted)
      #expect(response.text == #"{"sessionId":"a/b","state":"TERMINATING"}"#)
    }
    #expect(calls.names == ["TerminateSession"])
    #expect(calls.contents == [#"{"SessionId":"a/b"}"#])
  }

  @Test func `An answer without a state is a bad one`() async throws {
    try await withGateway { gateway in
      let response = try await gateway.answer(.delete, "/sessions/s")
      #expect(response.json?["code"]?.asString == "bad-answer")
    }
  }

  @Test(arguments: [HTTPRequest.Method.get, .delete])
  func `There are no query parameters`(method: HTTPRequest.Method) async throws {
    try await withGateway { gateway in
      let response = try await gateway.answer(method, "/sessions/s", query: "a=1")
      #expect(response.status == .badRequest)
    }
  }
}
