import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct StartCalculationTests {
  private static let path = "/sessions/a%2Fb/calculations"
  private static let python = [(name: "Content-Type", value: "text/x-python")]
  private static let json = [(name: "Content-Type", value: "application/json")]
  private static let token = "0123456789abcdef0123456789abcdef"

  private static let started: @Sendable (String) -> Script = { _ in
    Script(content: #"{"CalculationExecutionId":"c/1","State":"CREATING"}"#)
  }

  @Test func `Code is submitted, and answered with where it is`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.started) { gateway in
      let response = try await gateway.answer(
        .post, Self.path, query: "description=d+e", Self.python, content: "print(1)")
      #expect(response.status == .created)
      #expect(response.fields[.location] == "/sessions/a%2Fb/calculations/c%2F1")
      #expect(response.allFields[.cacheControl] == "no-store")
      #expect(response.fields[.contentType] == "application/json")
      #expect(
        response.text
          == #"{"sessionId":"a/b","calculationExecutionId":"c/1","state":"CREATING"}"#)
      let token = try #require(response.fields[.clientRequestToken])
      #expect(
        calls.contents == [
          #"{"SessionId":"a/b","CodeBlock":"print(1)","Description":"d e","#
            + #""ClientRequestToken":"\#(token)"}"#
        ])
    }
    #expect(calls.names == ["StartCalculationExecution"])
  }

  @Test func `The body's token goes on as it is`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.started) { gateway in
      let response = try await gateway.answer(
        .post, Self.path, Self.json,
        content: #"{"codeBlock":"1","clientRequestToken":"\#(Self.token)"}"#)
      #expect(response.fields[.clientRequestToken] == Self.token)
    }
    #expect(calls.contents[0].contains(#""ClientRequestToken":"\#(Self.token)""#))
  }

  @Test func `One key is one token, and another session's key another`() async throws {
    let calls = Calls()
    let tokens = try await withGateway(calls: calls, answering: Self.started) { gateway in
      var tokens: [String?] = []
      for (path, key) in [
        (Self.path, "k"), (Self.path, "\"k\""), ("/sessions/s/calculations", "k"),
      ] {
        let response = try await gateway.answer(
          .post, path, Self.python + [("Idempotency-Key", key)], content: "1")
        tokens.append(response.fields[.clientRequestToken])
      }
      return tokens
    }
    #expect(tokens[0] == tokens[1])
    #expect(tokens[0] != tokens[2])
  }

  @Test func `A key and a token together are refused`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.started) { gateway in
      let response = try await gateway.answer(
        .post, Self.path, Self.json + [("Idempotency-Key", "k")],
        content: #"{"codeBlock":"1","clientRequestToken":"\#(Self.token)"}"#)
      #expect(response.status == .badRequest)
      #expect(response.json?["errors"]?.asArray?[0]["pointer"]?.asString == "/clientRequestToken")
    }
    #expect(calls.names.isEmpty)
  }

  /// The call can be repeated with it.
  @Test func `Errors name the token too`() async throws {
    try await withGateway(answering: always(.error("InternalServerException", "m"))) { gateway in
      let response = try await gateway.answer(.post, Self.path, Self.python, content: "1")
      #expect(response.status == .badGateway)
      #expect(response.fields[.clientRequestToken]?.count == 36)
      let unread = try await gateway.answer(.post, Self.path, content: "1")
      #expect(unread.status == .unsupportedMediaType)
      #expect(unread.fields[.clientRequestToken]?.count == 36)
    }
  }

  @Test(arguments: [
    ("not IDLE", "session-busy", 409), ("Idempotent parameters do not match", "token-reused", 422),
  ])
  func `Athena's refusal is the answer`(kind: String, code: String, status: Int) async throws {
    let message =
      kind == "not IDLE"
      ? "Session is in the BUSY state; needs to be IDLE to accept Calculations." : kind
    try await withGateway(answering: always(.error("InvalidRequestException", message))) {
      gateway in
      let response = try await gateway.answer(.post, Self.path, Self.python, content: "1")
      #expect(response.status.code == status)
      #expect(response.json?["code"]?.asString == code)
      #expect(response.json?["upstream"]?["message"]?.asString == message)
    }
  }

  @Test(arguments: [
    (path, "limit=1", "application/json", #"{"codeBlock":"1"}"#, 400),
    (path, "description=d", "application/json", #"{"codeBlock":"1"}"#, 400),
    (path, "x=1", "text/x-python", "1", 400),
    (path, "", "text/plain", "1", 415),
    (path, "", "application/json", #"{"codeUri":"s3://bkt/k"}"#, 403),
    (path, "", "text/x-python", " ", 400),
    (path, "", "text/x-python", String(repeating: "x", count: 1_048_577), 413),
    (path + "/", "", "text/x-python", "1", 404),
  ])
  func `What is wrong never reaches Athena`(
    path: String, query: String, type: String, content: String, status: Int
  ) async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.started) { gateway in
      let response = try await gateway.answer(
        .post, path, query: query, [("Content-Type", type)], content: content)
      #expect(response.status.code == status)
      #expect(response.fields[.contentType] == "application/problem+json")
    }
    #expect(calls.names.isEmpty)
  }
}
