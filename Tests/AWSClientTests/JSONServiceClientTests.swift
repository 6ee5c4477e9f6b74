import JSON
import Testing

@testable import AWSClient

struct JSONServiceClientTests {
  private func call(_ script: Script, log: Log = Log(), token: String? = nil, base: String = "")
    async throws -> JSONObject
  {
    try await withService(answering: script, log: log, sessionToken: token) { context, url in
      let client = JSONServiceClient(
        context, service: "athena", targetPrefix: "AmazonAthena",
        endpoint: try Endpoint(parsing: url + base))
      return try await client.call("Operation", Array(#"{"A":1}"#.utf8))
    }
  }

  @Test func `A call is a signed POST of JSON 1.1`() async throws {
    let log = Log()
    #expect(try await call(Script(content: #"{"B":2}"#), log: log, token: "t")["B"] != nil)
    let request = try #require(log.all.first)
    #expect(request.method == "POST")
    #expect(request.path == "/")
    #expect(request.content == #"{"A":1}"#)
    #expect(request.field("Content-Type") == "application/x-amz-json-1.1")
    #expect(request.field("X-Amz-Target") == "AmazonAthena.Operation")
    #expect(request.field("X-Amz-Date") == "20251122T081553Z")
    #expect(request.field("X-Amz-Security-Token") == "t")
    let authorization = request.field("Authorization")
    #expect(
      authorization?.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKID/20251122/eu-west-1/athena/aws4_request, "
          + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
      ) == true)
  }

  @Test func `Without a session token none is sent or signed`() async throws {
    let log = Log()
    _ = try await call(Script(), log: log)
    let request = try #require(log.all.first)
    #expect(request.field("X-Amz-Security-Token") == nil)
    #expect(
      request.field("Authorization")?.contains(
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target,") == true)
  }

  @Test func `An endpoint's path stands before the call's`() async throws {
    let log = Log()
    _ = try await call(Script(), log: log, base: "/proxy/")
    #expect(log.all.first?.path == "/proxy/")
  }

  @Test func `An empty answer is an empty object`() async throws {
    #expect(try await call(Script(content: "")).members.isEmpty)
  }

  @Test(arguments: [
    Script(content: "<html>"), Script(content: "[]"), Script(content: #"{"A":1,"A":2}"#),
    Script(status: 204, content: ""), Script(status: 302), Script(status: 201),
  ])
  func `What the API doesn't promise is a bad answer`(script: Script) async throws {
    let error = await #expect(throws: AWSError.self) { try await call(script) }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `A message that repeats the session token is kept to ourselves`() async throws {
    let token = String(repeating: "t", count: 40)
    for (message, isTold) in [("canonical: x-amz-security-token:\(token)", false), ("other", true)]
    {
      let script = Script(status: 400, content: #"{"message":"\#(message)"}"#)
      let error = await #expect(throws: AWSError.self) { try await call(script, token: token) }
      guard case .service(let error) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect((error.message != nil) == isTold)
    }
  }

  @Test func `An error is the service's`() async throws {
    let script = Script(status: 400, content: #"{"__type":"a#FooError","message":"m"}"#)
    let error = await #expect(throws: AWSError.self) { try await call(script) }
    guard case .service(let error) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.code == "FooError")
    #expect(error.message == "m")
  }

  @Test func `Where nobody listens, nobody is reached`() async throws {
    let error = await #expect(throws: AWSError.self) {
      try await withService(answering: Script()) { context, _ in
        let client = JSONServiceClient(
          context, service: "athena", targetPrefix: "AmazonAthena",
          endpoint: try Endpoint(parsing: "http://127.0.0.1:1"))
        return try await client.call("Operation", [])
      }
    }
    guard case .unreachable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
