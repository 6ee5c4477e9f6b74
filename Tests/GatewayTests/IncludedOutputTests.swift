import AWSClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct IncludedOutputTests {
  private static let path = "/sessions/s/calculations/c"
  private static let missing = "<Error><Code>NoSuchKey</Code></Error>"

  private static func calculation(_ state: String) -> Script {
    Script(
      content: """
        {"CalculationExecutionId":"c","SessionId":"s","Status":{"State":"\(state)"},"Result":{"StdOutS3Uri":"s3://bkt/out",\
        "StdErrorS3Uri":"s3://bkt/err"}}
        """)
  }

  private static func end(_ content: String, of length: Int) -> Script {
    let count = content.utf8.count
    return Script(
      status: 206, content: content,
      fields: [.contentRange: "bytes \(length - count)-\(length - 1)/\(length)"])
  }

  private func get(
    _ query: String, method: HTTPRequest.Method = .get, state: String = "COMPLETED",
    calls: Calls = Calls(),
    fields: [(name: String, value: String)] = [], stdout: Script, stderr: Script
  ) async throws -> Answer {
    try await withGateway(
      calls: calls,
      answering: { name in
        switch name {
        case "/bkt/out": stdout
        case "/bkt/err": stderr
        default: Self.calculation(state)
        }
      },
      { gateway in
        try await gateway.answer(method, Self.path, query: query, fields).collected().answer
      })
  }

  @Test func `A finished calculation has its outputs with it`() async throws {
    let calls = Calls()
    let response = try await get(
      "include=stdout,stderr", calls: calls, stdout: Self.end("45\n", of: 3),
      stderr: Script(status: 416, content: "<Error><Code>InvalidRange</Code></Error>"))
    let json = try #require(response.json)
    #expect(json["stdout"]?.asString == "45\n")
    #expect(json["stdoutTruncated"]?.asBool == false)
    #expect(json["stderr"]?.asString == "")
    #expect(json["stderrTruncated"]?.asBool == false)
    #expect(calls.values(of: .range, in: "/bkt/out") == ["bytes=-1048576"])
    #expect(response.fields[.cacheControl] == Response.immutable)
  }

  @Test func `It has no more than what is asked for`() async throws {
    let response = try await get(
      "include=stderr", stdout: Script(status: 500), stderr: Self.end("e", of: 1))
    let names = response.json?.asObject?.members.map(\.name) ?? []
    #expect(names.suffix(2) == ["stderr", "stderrTruncated"])
    #expect(!names.contains { $0.hasPrefix("stdoutE") || $0 == "stdout" })
  }

  @Test(arguments: ["RUNNING", "CREATING", "CANCELING"])
  func `An unfinished one has none`(state: String) async throws {
    let calls = Calls()
    let response = try await get(
      "include=stdout,stderr", state: state, calls: calls, stdout: Script(), stderr: Script())
    #expect(response.status == .ok)
    #expect(calls.names == ["GetCalculationExecution"])
    #expect(response.fields[.cacheControl] == nil || response.fields[.cacheControl] == "no-store")
  }

  @Test func `One that can't be read says why, and keeps nobody from the rest`() async throws {
    let response = try await get(
      "include=stderr,stdout", stdout: Script(status: 404, content: Self.missing),
      stderr: Self.end("e", of: 1))
    let json = try #require(response.json)
    #expect(response.status == .ok)
    #expect(json["stdoutError"]?["code"]?.asString == "output-gone")
    #expect(json["stdoutError"]?["detail"]?.asString?.isEmpty == false)
    #expect(json["stdout"] == nil)
    #expect(json["stderr"]?.asString == "e")
    // The next answer may have it.
    #expect(response.fields[.cacheControl] == "no-store")
  }

  @Test func `The tag covers what is included`() async throws {
    let answers = [
      try await get("include=stdout", stdout: Self.end("1", of: 1), stderr: Script()),
      try await get("include=stdout", stdout: Self.end("2", of: 1), stderr: Script()),
      try await get("", stdout: Script(), stderr: Script()),
    ]
    let tags = answers.map { $0.fields[.eTag] ?? "" }
    #expect(Set(tags).count == 3)
    let again = try await get(
      "include=stdout", fields: [("If-None-Match", tags[0])], stdout: Self.end("1", of: 1),
      stderr: Script())
    #expect(again.status == .notModified)
  }

  @Test(arguments: [
    "include=", "include=stdout,stdout", "include=stdin", "include=stdout,", "include=STDOUT",
    "include=stdout, stderr", "include=stdout&include=stderr", "include",
  ])
  func `Anything else is refused`(query: String) async throws {
    let response = try await get(query, stdout: Script(), stderr: Script())
    #expect(response.status == .badRequest)
    #expect(response.json?["code"]?.asString == "malformed-request")
  }

  @Test func `More than was asked for is a bad answer`() async throws {
    let response = try await get(
      "include=stdout", stdout: Script(content: String(repeating: "x", count: (1 << 20) + 1)),
      stderr: Script())
    #expect(response.json?["stdoutError"]?["code"]?.asString == "bad-answer")
  }

  private static let cuts: [([UInt8], Bool, String)] = [
    (Array("é".utf8), false, "é"), (Array("xé".utf8.dropFirst()), true, "é"),
    (Array("éx".utf8.dropFirst()), true, "x"), (Array("😀x".utf8.dropFirst()), true, "x"),
    (Array("😀x".utf8.dropFirst(3)), true, "x"), (Array("éx".utf8.dropFirst()), false, "\u{FFFD}x"),
    ([0x80, 0x80, 0x80, 0x80, 0x78], true, "\u{FFFD}x"), ([0x78, 0xFF, 0x79], true, "x\u{FFFD}y"),
    ([0x78, 0xF0, 0x9F], false, "x\u{FFFD}"), ([], true, ""), ([0x80], true, ""),
  ]

  @Test(arguments: cuts)
  func `An end is cut between characters`(bytes: [UInt8], isTruncated: Bool, text: String) {
    let end = IncludedOutput.End(bytes, isTruncated: isTruncated)
    #expect(end.text == text)
    #expect(end.isTruncated == isTruncated)
  }

  @Test func `A submission that is waited for has them too`() async throws {
    let response = try await withGateway(
      answering: { name in
        switch name {
        case "StartCalculationExecution":
          Script(content: #"{"CalculationExecutionId":"c","State":"CREATING"}"#)
        case "/bkt/out": Self.end(String(repeating: "x", count: 1 << 20), of: 1 << 21)
        default: Self.calculation("COMPLETED")
        }
      },
      { gateway in
        try await gateway.answer(
          .post, "/sessions/s/calculations", query: "include=stdout",
          [("Content-Type", "text/x-python"), ("Prefer", "wait=10")], content: "1"
        ).collected().answer
      })
    #expect(response.status == .created, "\(response.text ?? "")")
    #expect(response.json?["stdout"]?.asString?.utf8.count == 1 << 20)
    #expect(response.json?["stdoutTruncated"]?.asBool == true)
  }

  // MARK: A submission that is answered with its end

  private func submit(
    prefer: [(name: String, value: String)], calls: Calls = Calls(), _ calculation: Script
  ) async throws -> Answer {
    try await withGateway(
      calls: calls,
      answering: { name in
        switch name {
        case "StartCalculationExecution":
          Script(content: #"{"CalculationExecutionId":"c","State":"COMPLETED"}"#)
        case "/bkt/out": Self.end("45\n", of: 3)
        default: calculation
        }
      },
      { gateway in
        try await gateway.answer(
          .post, "/sessions/s/calculations", query: "include=stdout",
          [("Content-Type", "text/x-python")] + prefer, content: "1"
        ).collected().answer
      })
  }

  private static let preferences: [[(name: String, value: String)]] = [[], [("Prefer", "wait=10")]]

  @Test(arguments: preferences)
  func `Of one that Athena says has ended already Athena is asked where the outputs are`(
    prefer: [(name: String, value: String)]
  ) async throws {
    let response = try await submit(prefer: prefer, Self.calculation("COMPLETED"))
    #expect(response.status == .created)
    #expect(response.json?["stdout"]?.asString == "45\n", "\(response.text ?? "")")
    #expect(response.fields[.location] == "/sessions/s/calculations/c")
  }

  @Test(arguments: preferences)
  func `Where that fails it is not said to have left none`(
    prefer: [(name: String, value: String)]
  ) async throws {
    let response = try await submit(
      prefer: prefer, Script.error("InternalServerException", "m"))
    #expect(response.status == .created)
    #expect(response.json?["stdoutError"]?["code"]?.asString == "athena-failed")
    #expect(
      response.json?["waitError"]?["code"]?.asString == (prefer.isEmpty ? nil : "athena-failed"))
    #expect(response.json?["state"]?.asString == "COMPLETED")
  }

  // MARK: Memory

  @Test func `A HEAD reads no outputs`() async throws {
    let calls = Calls()
    let response = try await get(
      "include=stdout", method: .head, calls: calls, stdout: Self.end("1", of: 1), stderr: Script())
    #expect(response.status == .ok)
    #expect(calls.names == ["GetCalculationExecution"])
    #expect(response.fields[.eTag] == nil)
    #expect(response.fields[.cacheControl] == "no-store")
  }

  private static let lines = String(repeating: "\n", count: 1000)

  /// Runs `body` with a gateway whose outputs have 1,000 bytes, which are 2,002 in JSON, and the rest of its
  /// budget in hand.
  private func withOutputs(
    _ body: @escaping @Sendable (Gateway, OutputBudget.Share) async throws -> Void
  ) async throws {
    try await withGateway(
      answering: { name in
        switch name {
        case "StartCalculationExecution":
          Script(content: #"{"CalculationExecutionId":"c","State":"COMPLETED"}"#)
        case "/bkt/out", "/bkt/err": Self.end(Self.lines, of: 1000)
        default: Self.calculation("COMPLETED")
        }
      },
      { gateway in
        try await body(gateway, OutputBudget.Share(of: gateway.outputBudget))
      })
  }

  @Test(arguments: [2999, 999, 0])
  func `Beyond the budget a calculation is answered later, and a submission without`(
    free: Int
  ) async throws {
    try await withOutputs { gateway, others in
      try others.take((64 << 20) - free)
      let response = try await gateway.answer(.get, Self.path, query: "include=stdout")
      #expect(response.status == .serviceUnavailable)
      #expect(response.json?["code"]?.asString == "overloaded")
      #expect(response.fields[.retryAfter] == "1")
      let submission = try await gateway.answer(
        .post, "/sessions/s/calculations", query: "include=stdout",
        [("Content-Type", "text/x-python")], content: "1"
      ).collected().answer
      #expect(submission.status == .created)
      #expect(submission.json?["stdoutError"]?["code"]?.asString == "overloaded")
      // What was refused has given back what it had.
      try others.take(free)
    }
  }

  @Test func `An answer has its part of the budget until it is taken`() async throws {
    try await withOutputs { gateway, others in
      try others.take((64 << 20) - 3002)
      var response: Response? = try await gateway.answer(
        .get, Self.path, query: "include=stdout")
      let length = try #require(response?.answer.length)
      #expect(length > 2002 && length < 3002)
      // What was read is given back, what is to be written is not.
      #expect(problem { () throws(Problem) in try others.take(3002 - length + 1) } != nil)
      try others.take(3002 - length)
      #expect(try await response?.collected().json?["stdout"]?.asString == Self.lines)
      response = nil
      try others.take(length)
    }
  }

  @Test func `An answer without outputs needs none of the budget`() async throws {
    try await withOutputs { gateway, others in
      try others.take(64 << 20)
      #expect(try await gateway.answer(.get, Self.path).status == .ok)
    }
  }
}
