import AWSClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// What the gateway asks S3 for, and what it makes of the answer; S3's own judgement is in the conformance
/// tests.
struct OutputRangeTests {
  private static let path = "/sessions/s/calculations/c/stdout"
  private static let tag = #""0cc175b9c0f1b6a831c399e269772661""#

  private static func done(
    then object: @escaping @Sendable () -> Script
  ) -> @Sendable (String) -> Script {
    { name in
      guard name == "GetCalculationExecution" else { return object() }
      return Script(
        content: """
          {"SessionId":"s","Status":{"State":"COMPLETED"},"Result":{"StdOutS3Uri":"s3://bkt/out"}}
          """)
    }
  }

  private static let whole = Script(content: "hello", fields: [.eTag: tag])
  private static let part = Script(
    status: 206, content: "lo", fields: [.eTag: tag, .contentRange: "bytes 3-4/5"])

  private static func error(_ status: Int, _ code: String, size: Int? = nil) -> Script {
    let element = size.map { "<ActualObjectSize>\($0)</ActualObjectSize>" } ?? ""
    return Script(status: status, content: "<Error><Code>\(code)</Code>\(element)</Error>")
  }

  private func answer(
    _ fields: [(name: String, value: String)], calls: Calls = Calls(),
    method: HTTPRequest.Method = .get, _ scripts: Script...
  ) async throws -> Answer {
    let script = Self.done {
      scripts[min(calls.names.count { $0 == "/bkt/out" } - 1, scripts.count - 1)]
    }
    return try await withGateway(calls: calls, answering: script) { gateway in
      try await gateway.answer(method, Self.path, fields).answer
    }
  }

  private static let ranges: [(String, String?)] = [
    ("bytes=3-", "bytes=3-"), ("Bytes=03-4", "bytes=3-4"), ("bytes=-2", "bytes=-2"),
    ("bytes=4-3", nil), ("bytes=x", nil), ("lines=1-2", nil), ("bytes=0-1,3-4", nil),
  ]

  @Test(arguments: ranges)
  func `One range is asked for, and what is none is passed over`(
    field: String, asked: String?
  ) async throws {
    let calls = Calls()
    let response = try await answer(
      [("Range", field)], calls: calls, asked == nil ? Self.whole : Self.part)
    #expect(calls.values(of: .range, in: "/bkt/out") == [asked])
    #expect(response.status == (asked == nil ? .ok : .partialContent))
    #expect(response.fields[.contentRange] == (asked == nil ? nil : "bytes 3-4/5"))
    #expect(response.fields[.acceptRanges] == "bytes")
    #expect(response.fields[.eTag] == Self.tag)
    #expect(response.fields[.cacheControl] == Response.immutable)
    #expect(response.length == (asked == nil ? 5 : 2))
  }

  /// RFC 9110 §14.2: for GET alone.
  @Test func `A HEAD has no range`() async throws {
    let calls = Calls()
    let response = try await answer(
      [("Range", "bytes=3-")], calls: calls, method: .head, Self.whole)
    #expect(calls.values(of: .range, in: "/bkt/out") == [nil])
    #expect(response.status == .ok)
    #expect(response.fields[.acceptRanges] == "bytes")
    #expect(response.fields[.eTag] == Self.tag)
  }

  @Test func `A range that the output doesn't have is 416, with its length`() async throws {
    let response = try await answer(
      [("Range", "bytes=9-")], Self.error(416, "InvalidRange", size: 5))
    #expect(response.status == .rangeNotSatisfiable)
    #expect(response.json?["code"]?.asString == "range")
    #expect(response.fields[.contentRange] == "bytes */5")
    #expect(response.fields[.cacheControl] == "no-store")
  }

  @Test func `The last bytes of an empty output are all of it`() async throws {
    let calls = Calls()
    let response = try await answer(
      [("Range", "bytes=-2")], calls: calls, Self.error(416, "InvalidRange", size: 0),
      Script(content: "", fields: [.eTag: Self.tag]))
    #expect(response.status == .ok)
    #expect(calls.values(of: .range, in: "/bkt/out") == ["bytes=-2", nil])
  }

  @Test(arguments: ["bytes=0-", "bytes=-0"])
  func `Any other range of an empty output is none`(range: String) async throws {
    let response = try await answer(
      [("Range", range)], Self.error(416, "InvalidRange", size: 0))
    #expect(response.fields[.contentRange] == "bytes */0")
  }

  // MARK: Conditions

  @Test(arguments: [tag, "W/\(tag)"])
  func `S3 compares the one tag that the caller has`(known: String) async throws {
    let calls = Calls()
    let response = try await answer(
      [("If-None-Match", known)], calls: calls, Script(status: 304, content: ""))
    #expect(calls.values(of: .ifNoneMatch, in: "/bkt/out") == [Self.tag])
    #expect(response.status == .notModified)
    #expect(response.fields[.eTag] == Self.tag)
    #expect(response.fields[.cacheControl] == Response.immutable)
  }

  @Test(arguments: ["*", #""x", \#(tag)"#])
  func `Other conditions are compared with the tag that S3 names`(known: String) async throws {
    let calls = Calls()
    let response = try await answer([("If-None-Match", known)], calls: calls, Self.whole)
    #expect(calls.values(of: .ifNoneMatch, in: "/bkt/out") == [nil])
    #expect(response.status == .notModified)
    #expect(response.fields[.eTag] == Self.tag)
  }

  @Test func `What the caller has is not sent, whatever part is asked for`() async throws {
    let response = try await answer(
      [("If-None-Match", Self.tag), ("Range", "bytes=3-")], Self.part)
    #expect(response.status == .notModified)
  }

  @Test func `An output that S3 gives no tag has none`() async throws {
    let response = try await answer([("If-None-Match", #""x""#)], Script(content: "hello"))
    #expect(response.status == .ok)
    #expect(response.fields[.eTag] == nil)
  }

  @Test func `A part is one of the output that If-Range names`() async throws {
    let calls = Calls()
    let response = try await answer(
      [("If-Range", Self.tag), ("Range", "bytes=3-")], calls: calls, Self.part)
    #expect(response.status == .partialContent)
    #expect(calls.values(of: .ifMatch, in: "/bkt/out") == [Self.tag])
  }

  @Test(arguments: [error(412, "PreconditionFailed"), Script(status: 412, content: "")])
  func `Of another output all is sent`(failure: Script) async throws {
    let calls = Calls()
    let response = try await answer(
      [("If-Range", #""old""#), ("Range", "bytes=3-")], calls: calls, failure, Self.whole)
    #expect(response.status == .ok)
    #expect(calls.values(of: .range, in: "/bkt/out") == ["bytes=3-", nil])
    #expect(calls.values(of: .ifMatch, in: "/bkt/out") == [#""old""#, nil])
  }

  @Test(arguments: [
    part, whole, Script(status: 206, content: "lo", fields: [.contentRange: "bytes 3-4/5"]),
  ])
  func `A part is not taken for one of the output that If-Range names`(answer: Script) async throws
  {
    let calls = Calls()
    let response = try await self.answer(
      [("If-Range", #""old""#), ("Range", "bytes=3-")], calls: calls, answer, Self.whole)
    #expect(response.status == .ok)
    #expect(response.length == 5)
    #expect(calls.values(of: .range, in: "/bkt/out") == ["bytes=3-", nil])
  }

  /// RFC 9110 §13.2.2.
  @Test(arguments: ["*", #""x", \#(tag)"#, tag])
  func `If-None-Match comes before a range that the output doesn't have`(known: String) async throws
  {
    let calls = Calls()
    let response = try await answer(
      [("If-None-Match", known), ("Range", "bytes=9-")], calls: calls,
      Self.error(416, "InvalidRange", size: 5), Script(content: "", fields: [.eTag: Self.tag]))
    #expect(response.status == .notModified)
    #expect(response.fields[.eTag] == Self.tag)
    #expect(calls.values(of: .range, in: "/bkt/out") == ["bytes=9-", nil])
  }

  @Test func `Where the caller has another output it is 416`() async throws {
    let response = try await answer(
      [("If-None-Match", #""x", "y""#), ("Range", "bytes=9-")],
      Self.error(416, "InvalidRange", size: 5), Script(content: "", fields: [.eTag: Self.tag]))
    #expect(response.status == .rangeNotSatisfiable)
    #expect(response.fields[.contentRange] == "bytes */5")
  }

  @Test(arguments: ["-5", "+5", "", "5x"])
  func `A length that is none is not passed on`(size: String) async throws {
    let content =
      "<Error><Code>InvalidRange</Code><ActualObjectSize>\(size)</ActualObjectSize></Error>"
    let response = try await answer(
      [("Range", "bytes=9-")], Script(status: 416, content: content))
    #expect(response.status == .rangeNotSatisfiable)
    #expect(response.fields[.contentRange] == nil)
  }

  @Test(arguments: ["W/\(tag)", "Mon, 23 Nov 2026 11:00:00 GMT", "*", "x"])
  func `A condition that can't hold means all`(condition: String) async throws {
    let calls = Calls()
    let response = try await answer(
      [("If-Range", condition), ("Range", "bytes=3-")], calls: calls, Self.whole)
    #expect(response.status == .ok)
    #expect(calls.values(of: .range, in: "/bkt/out") == [nil])
  }

  @Test func `If-Range without a range means nothing`() async throws {
    let calls = Calls()
    let response = try await answer([("If-Range", #""old""#)], calls: calls, Self.whole)
    #expect(response.status == .ok)
    #expect(calls.values(of: .ifMatch, in: "/bkt/out") == [nil])
  }
}
