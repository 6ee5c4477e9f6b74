import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct GetOutputTests {
  private static let path = "/sessions/s/calculations/c"

  private static func calculation(_ state: String, _ result: String = "{}") -> Script {
    Script(content: #"{"SessionId":"s","Status":{"State":"\#(state)"},"Result":\#(result)}"#)
  }

  /// The keys' dots and spaces go out as they are: no dot segment is removed on the way.
  private static let done = calculation(
    "COMPLETED", #"{"StdOutS3Uri":"s3://bkt/a b/../out","StdErrorS3Uri":"s3://bkt/err"}"#)

  private static let objects: @Sendable (String) -> Script = { name in
    switch name {
    case "GetCalculationExecution": done
    case "/bkt/a%20b/../out": Script(content: "45\n")
    case "/bkt/err": Script(content: "warning")
    default: Script(status: 404)
    }
  }

  @Test(arguments: [("/stdout", "45\n"), ("/stderr", "warning")])
  func `A finished calculation's output is streamed`(name: String, text: String) async throws {
    try await withGateway(answering: Self.objects) { gateway in
      let response = try await gateway.answer(.get, Self.path + name)
      #expect(response.status == .ok)
      #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
      #expect(response.fields[.cacheControl] == Response.immutable)
      guard case .stream(let length, let write) = response.content else {
        Issue.record("not streamed")
        return
      }
      #expect(length == text.utf8.count)
      let sink = Sink()
      try await write(sink)
      #expect(String(decoding: sink.bytes, as: UTF8.self) == text)
    }
  }

  @Test(arguments: ["CREATING", "CREATED", "QUEUED", "RUNNING", "CANCELING", "NEW"])
  func `An unfinished one has none yet`(state: String) async throws {
    try await withGateway(answering: always(Self.calculation(state))) { gateway in
      let response = try await gateway.answer(.get, Self.path + "/stdout")
      #expect(response.json?["code"]?.asString == "not-finished")
      #expect(response.fields[.retryAfter] == "2")
    }
  }

  @Test(arguments: ["COMPLETED", "FAILED", "CANCELED"])
  func `A finished one may have left none`(state: String) async throws {
    try await withGateway(answering: always(Self.calculation(state))) { gateway in
      let response = try await gateway.answer(.get, Self.path + "/stderr")
      #expect(response.json?["code"]?.asString == "no-output")
      #expect(response.status == .notFound)
    }
  }

  private static let errors: [(Script, String)] = [
    (Script(status: 404, content: "<Error><Code>NoSuchKey</Code></Error>"), "output-gone"),
    (Script(status: 404, content: ""), "output-gone"),
    (
      Script(status: 403, content: "<Error><Code>AccessDenied</Code></Error>"),
      "gateway-not-authorized"
    ),
    (Script(status: 503, content: "<Error><Code>SlowDown</Code></Error>"), "athena-unavailable"),
    (Script(status: 301, content: ""), "athena-error"),
    (Script(status: 204, content: ""), "bad-answer"),
  ]

  private static func done(then object: Script) -> @Sendable (String) -> Script {
    { $0 == "GetCalculationExecution" ? done : object }
  }

  @Test(arguments: errors)
  func `S3's errors are problems`(error: Script, code: String) async throws {
    try await withGateway(answering: Self.done(then: error)) {
      gateway in
      let response = try await gateway.answer(.get, Self.path + "/stdout")
      #expect(response.json?["code"]?.asString == code)
      #expect(response.allFields[.cacheControl] == "no-store")
    }
  }

  @Test(arguments: ["http://b/k", "s3://b", "s3://bkt/", ""])
  func `A place that is none of S3's is a bad answer`(uri: String) async throws {
    let script = Self.calculation("COMPLETED", #"{"StdOutS3Uri":"\#(uri)"}"#)
    try await withGateway(answering: always(script)) { gateway in
      let response = try await gateway.answer(.get, Self.path + "/stdout")
      #expect(response.json?["code"]?.asString == "bad-answer")
    }
  }
}

private final class Sink: ContentWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: [UInt8]) async throws {
    self.bytes += bytes
  }
}
