import JSON
import Testing

@testable import LocalAthena

/// What the operations refuse, in AWS's words.
@Suite struct ConstraintTests {
  private static let prefix31 = String(repeating: "t", count: 31)

  @Test(arguments: [
    (
      #"{"SessionId":"demo","CodeBlock":"1","ClientRequestToken":"\#(prefix31)"}"#,
      "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: "
        + "Member must have length greater than or equal to 32"
    ),
    (
      #"{"CodeBlock":"1"}"#,
      "1 validation error detected: Value at 'sessionId' failed to satisfy constraint: "
        + "Member must not be null"
    ),
    (
      #"{"SessionId":null,"CodeBlock":"1"}"#,
      "1 validation error detected: Value at 'sessionId' failed to satisfy constraint: "
        + "Member must not be null"
    ),
    (
      #"{"SessionId":"","CodeBlock":"1","Description":""}"#,
      "2 validation errors detected: Value at 'sessionId' failed to satisfy constraint: Member must "
        + "have length greater than or equal to 1; Value at 'description' failed to satisfy "
        + "constraint: Member must have length greater than or equal to 1"
    ),
    (
      #"{"SessionId":"demo","CodeBlock":"{68,001 #}"}"#,
      "1 validation error detected: Value at 'codeBlock' failed to satisfy constraint: "
        + "Member must have length less than or equal to 68000"
    ),
    (
      #"{"SessionId":"demo","CalculationConfiguration":{"CodeBlock":"{68,001 é}"}}"#,
      "1 validation error detected: Value at 'calculationConfiguration.codeBlock' failed to satisfy "
        + "constraint: Member must have length less than or equal to 68000"
    ),
    (
      #"{"SessionId":"demo","CodeBlock":"1","CalculationConfiguration":{"CodeBlock":"1"}}"#,
      "CodeBlock and CalculationConfiguration.CodeBlock can not both be given"
    ),
    (#"{"SessionId":"demo"}"#, "CodeBlock must be given"),
    (#"{"SessionId":"demo","CalculationConfiguration":{}}"#, "CodeBlock must be given"),
    (#"{"SessionId":"nobody","CodeBlock":"1"}"#, "Session nobody does not exist"),
  ])
  func `what breaks a constraint of StartCalculationExecution is refused in Athena's form`(
    input: String, message: String
  ) async throws {
    try await LocalServer.with { (server) async throws in
      let response = try await server.call("StartCalculationExecution", Self.written(input))
      #expect(response.status == 400)
      #expect(response.type == "InvalidRequestException")
      #expect(response.json["AthenaErrorCode"]?.asString == "INVALID_INPUT")
      #expect(response.json["Message"]?.asString == message)
      #expect(response.headers["x-amzn-requestid"]?.count == 36)
    }
  }

  /// What is too long for the list of arguments, which is printed, has a name in it.
  private static func written(_ input: String) -> String {
    input.replacing("{68,001 #}", with: String(repeating: "#", count: 68_001))
      .replacing("{68,001 é}", with: String(repeating: "é", count: 68_001))
  }

  @Test(arguments: [
    #"{"SessionId":"demo","CodeBlock":""}"#,
    #"{"SessionId":"demo","CodeBlock":"1","Unknown":[1],"ClientRequestToken":null}"#,
    #"{"SessionId":"demo","CalculationConfiguration":{"CodeBlock":"1","More":1}}"#,
    ##"{"SessionId":"demo","CodeBlock":"#\##(String(repeating: "\\ud83d\\ude00", count: 67_999))"}"##,
    #"{"SessionId":"demo","CodeBlock":"1","ClientRequestToken":"\#(prefix31)t"}"#,
  ])
  func `what the model allows is taken`(input: String) async throws {
    try await LocalServer.with { (server) async throws in
      let response = try await server.call("StartCalculationExecution", input)
      #expect(response.status == 200)
      let id = try #require(response.json["CalculationExecutionId"]?.asString)
      #expect(try await server.wait(for: id, ["COMPLETED", "FAILED"]).state == "COMPLETED")
    }
  }

  @Test(arguments: [
    (#"{}"#, "InvalidRequestException", "Value at 'calculationExecutionId' failed"),
    (
      #"{"CalculationExecutionId":"\#(prefix31)123456"}"#, "InvalidRequestException",
      "less than or equal to 36"
    ),
    (
      #"{"CalculationExecutionId":"c-1"}"#, "ResourceNotFoundException",
      "Calculation c-1 does not exist"
    ),
  ])
  func `what GetCalculationExecution refuses`(input: String, type: String, message: String)
    async throws
  {
    try await LocalServer.with { (server) async throws in
      let response = try await server.call("GetCalculationExecution", input)
      #expect(response.status == 400)
      #expect(response.type == type)
      #expect(response.json["Message"]?.asString?.contains(message) == true)
    }
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"SessionId":1,"CodeBlock":"1"}"#,
    #"{"SessionId":"demo","CodeBlock":["1"]}"#,
    #"{"SessionId":"demo","CalculationConfiguration":"1"}"#,
    #"{"SessionId":"demo","CodeBlock":"\ud800"}"#, "\u{feff}{}",
    String(repeating: "[", count: 100_000),
  ])
  func `what is not JSON of the right types is a SerializationException`(input: String)
    async throws
  {
    try await LocalServer.with { (server) async throws in
      let response = try await server.call("StartCalculationExecution", input)
      #expect(response.status == 400)
      #expect(response.type == "SerializationException")
      #expect(response.json["message"]?.asString?.isEmpty == false)
    }
  }

  @Test func `an operation that is not there is an UnknownOperationException`() async throws {
    try await LocalServer.with { (server) async throws in
      let known = TestRequest.athena("GetCalculationExecution", "{}")
      for request in [
        TestRequest.athena("GetQueryExecution", "{}"), TestRequest.athena("", "{}"),
        known.without("X-Amz-Target"),
        known.with("X-Amz-Target", "AmazonAthenas.GetCalculationExecution"),
        known.with("Content-Type", "application/json"), known.without("Content-Type"),
      ] {
        let response = try await server.send(request)
        #expect(response.status == 400)
        #expect(response.type == "UnknownOperationException")
      }
    }
  }

  @Test func `what is not HTTP, or too much of it, is refused in the same form`() async throws {
    try await LocalServer.with { (server) async throws in
      var large = TestRequest.athena("GetCalculationExecution", "{}")
      large.body = [UInt8](repeating: 32, count: (1 << 20) + 1)
      let response = try await server.send(large)
      #expect(response.status == 413)
      #expect(response.type == "RequestEntityTooLargeException")
      let malformed = try await server.send(
        TestRequest.athena("GetCalculationExecution", "{}").without("Host"))
      #expect(malformed.status == 400)
      #expect(malformed.type == "MalformedHttpRequestException")
    }
  }
}
