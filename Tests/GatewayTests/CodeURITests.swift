import AWSClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct CodeURITests {
  private static let token = String(repeating: "t", count: 32)
  private static let sources = CodeSources(
    ["s3://jobs/", "s3://shared/team a/é/"].compactMap(CodeSources.Source.init))

  private func submit(
    _ uri: String, sources: CodeSources = sources, calls: Calls = Calls(),
    object: Script = Script(content: "print(1)")
  ) async throws -> Answer {
    try await withGateway(
      calls: calls,
      answering: { name in
        name == "StartCalculationExecution"
          ? Script(content: #"{"CalculationExecutionId":"c","State":"CREATING"}"#) : object
      }, codeSources: sources,
      { gateway in
        try await gateway.answer(
          .post, "/sessions/s/calculations", [("Content-Type", "application/json")],
          content: #"{"codeUri":"\#(uri)","clientRequestToken":"\#(Self.token)"}"#
        ).answer
      })
  }

  private static let keys: [(String, String)] = [
    ("s3://jobs/a.py", "/jobs/a.py"), ("s3://shared/team a/é/1.py", "/shared/team%20a/%C3%A9/1.py"),
    // Characters like any other: the object of just this key.
    ("s3://jobs/../x", "/jobs/../x"), ("s3://jobs//x/./y", "/jobs//x/./y"),
    ("s3://jobs/%2e%2e/x", "/jobs/%252e%252e/x"),
    ("s3://jobs/a?b#c&d+e", "/jobs/a%3Fb%23c%26d%2Be"),
    ("s3://shared/team a/é/../../x", "/shared/team%20a/%C3%A9/../../x"),
  ]

  @Test(arguments: keys)
  func `An object in a listed place is read under just its key`(
    uri: String, path: String
  ) async throws {
    let calls = Calls()
    let response = try await submit(uri, calls: calls)
    #expect(response.status == .created)
    #expect(calls.names == [path, "StartCalculationExecution"])
    let sent = try JSONValue(parsing: bytes(try #require(calls.contents.last)))
    #expect(sent["CodeBlock"]?.asString == "print(1)")
    #expect(sent["ClientRequestToken"]?.asString == Self.token)
  }

  @Test(arguments: [
    "s3://other/a.py", "s3://jobs-2/a.py", "s3://job/a.py", "s3://JOBS/a.py", "s3://shared/a.py",
    "s3://shared/team a/x", "s3://shared/team%20a/é/x", "s3://shared//team a/é/x",
    "s3://shared/x/../team a/é/x", "s3://shared/./team a/é/x", "s3://shared/team a/é",
    "s3://shared/team a/%C3%A9/x", "s3://shared/TEAM A/é/x",
    // The same letter to Swift, and another one to S3.
    "s3://shared/team a/e\u{301}/x",
  ])
  func `Anything else is never fetched`(uri: String) async throws {
    let calls = Calls()
    let response = try await submit(uri, calls: calls)
    #expect(response.status == .forbidden)
    #expect(response.json?["code"]?.asString == "forbidden")
    #expect(calls.names.isEmpty)
  }

  @Test func `Nothing may be read unless the operator says so`() async throws {
    let calls = Calls()
    let response = try await submit("s3://jobs/a.py", sources: CodeSources(), calls: calls)
    #expect(response.json?["detail"]?.asString == "codeUri: this gateway reads no code from S3")
    #expect(calls.names.isEmpty)
  }

  @Test(arguments: [
    "", "jobs/a.py", "s3://jobs", "s3://jobs/", "https://jobs/a", "S3://jobs/a", "s3://j/a",
  ])
  func `What is no object's place is a fault of the request`(uri: String) async throws {
    let response = try await submit(uri)
    #expect(response.status == .badRequest)
    #expect(response.json?["errors"]?.asArray?.first?["pointer"]?.asString == "/codeUri")
  }

  private static let objects: [(Script, String)] = [
    (Script(content: ""), "names an object that must have 1 to 68000 characters, not 0"),
    (Script(content: " \n"), "names an object that must not be all white space"),
    (
      Script(content: String(repeating: "é", count: 68_001)),
      "names an object that must have 1 to 68000 characters, not 68001"
    ),
    (
      Script(content: String(repeating: "x", count: 272_001)),
      "names an object of more than 272000 bytes"
    ),
    (
      Script(status: 404, content: "<Error><Code>NoSuchKey</Code></Error>"),
      "names an object that S3 doesn't have"
    ),
    (
      Script(status: 404, content: "<Error><Code>NoSuchBucket</Code></Error>"),
      "names an object that S3 doesn't have"
    ),
  ]

  @Test(arguments: objects)
  func `An object that is no code block is a fault of the URI`(
    object: Script, detail: String
  ) async throws {
    let calls = Calls()
    let response = try await submit("s3://jobs/a.py", calls: calls, object: object)
    #expect(response.status == .badRequest)
    let error = response.json?["errors"]?.asArray?.first
    #expect(error?["pointer"]?.asString == "/codeUri")
    #expect(error?["detail"]?.asString == detail)
    #expect(calls.names == ["/jobs/a.py"])
    #expect(response.fields[.clientRequestToken] == Self.token)
  }

  @Test func `The longest code block is one`() async throws {
    let object = Script(content: String(repeating: "😀", count: 68_000))
    #expect(try await submit("s3://jobs/a.py", object: object).status == .created)
  }

  private static let failures: [(Script, String)] = [
    (
      Script(status: 403, content: "<Error><Code>AccessDenied</Code></Error>"),
      "gateway-not-authorized"
    ),
    (Script(status: 503, content: "<Error><Code>SlowDown</Code></Error>"), "athena-unavailable"),
    (
      Script(status: 403, content: "<Error><Code>InvalidObjectState</Code></Error>"), "athena-error"
    ),
  ]

  @Test(arguments: failures)
  func `S3's other errors are those of the table`(object: Script, code: String) async throws {
    let response = try await submit("s3://jobs/a.py", object: object)
    #expect(response.json?["code"]?.asString == code)
  }

  @Test(arguments: [
    "", "jobs", "s3://jobs", "s3://", "s3:///", "s3://jobs/a", "s3://jobs/a/b", "S3://jobs/",
    "https://jobs/", "s3://jo/", "s3://a..b/", "s3://jobs/*",
  ])
  func `What is neither a bucket nor a folder is no place for code`(uri: String) {
    #expect(CodeSources.Source(uri) == nil)
  }
}
