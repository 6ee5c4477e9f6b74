import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// What Athena addresses by calculation alone is done to calculations of the path's session alone.
struct ProofTests {
  private static func athena(state: String, session: String = "s") -> @Sendable (String) -> Script {
    { name in
      switch name {
      case "GetCalculationExecution":
        Script(content: #"{"SessionId":"\#(session)","Status":{"State":"\#(state)"}}"#)
      case "GetCalculationExecutionCode": Script(content: #"{"CodeBlock":"print('é')\n"}"#)
      default: Script(content: #"{"State":"CANCELING"}"#)
      }
    }
  }

  @Test func `A calculation is stopped once it is proved, which is asked once`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.athena(state: "RUNNING")) { gateway in
      for _ in 1...2 {
        let response = try await gateway.answer(.delete, "/sessions/s/calculations/c")
        #expect(response.status == .accepted)
        #expect(response.text == #"{"calculationExecutionId":"c","state":"CANCELING"}"#)
      }
    }
    #expect(
      calls.names == [
        "GetCalculationExecution", "StopCalculationExecution", "StopCalculationExecution",
      ])
    #expect(calls.contents.last == #"{"CalculationExecutionId":"c"}"#)
  }

  /// The second is canonically equivalent to the session's own id, and another id all the same.
  @Test(arguments: ["t", #"e\u0301"#])
  func `Nothing is done to a calculation of another session`(owner: String) async throws {
    let calls = Calls()
    try await withGateway(
      calls: calls, answering: Self.athena(state: "COMPLETED", session: owner)
    ) { gateway in
      let path = "/sessions/%C3%A9/calculations/c"
      for (method, path) in [
        (HTTPRequest.Method.delete, path), (.get, path + "/code"), (.delete, path),
      ] {
        let response = try await gateway.answer(method, path)
        #expect(response.status == .notFound)
        #expect(response.json?["detail"]?.asString == "the session has no such calculation")
        #expect(response.json?["upstream"] == nil)
      }
    }
    // What is known is not asked again.
    #expect(calls.names == ["GetCalculationExecution"])
  }

  @Test func `What Athena doesn't know is not done`() async throws {
    let calls = Calls()
    let script = always(.error("ResourceNotFoundException", "m"))
    try await withGateway(calls: calls, answering: script) { gateway in
      let response = try await gateway.answer(.delete, "/sessions/s/calculations/c")
      #expect(response.status == .notFound)
    }
    #expect(calls.names == ["GetCalculationExecution"])
  }

  @Test func `The proof is all workers'`() async throws {
    let calls = Calls()
    let shared = Gateway.Shared()
    for _ in 1...2 {
      try await withGateway(
        calls: calls, answering: Self.athena(state: "RUNNING"), shared: shared
      ) { gateway in _ = try await gateway.answer(.delete, "/sessions/s/calculations/c") }
    }
    #expect(calls.names.filter { $0 == "GetCalculationExecution" }.count == 1)
  }

  @Test func `The code of a calculation that has ended may be kept`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.athena(state: "FAILED")) { gateway in
      let response = try await gateway.answer(.get, "/sessions/s/calculations/c/code")
      #expect(response.status == .ok)
      #expect(response.fields[.contentType] == "text/x-python; charset=utf-8")
      #expect(response.fields[.cacheControl] == Response.immutable)
      #expect(response.text == "print('é')\n")
      let tag = try #require(response.fields[.eTag])
      let again = try await gateway.answer(
        .get, "/sessions/s/calculations/c/code", [("If-None-Match", tag)])
      #expect(again.status == .notModified)
    }
    #expect(
      calls.names == [
        "GetCalculationExecution", "GetCalculationExecutionCode", "GetCalculationExecutionCode",
      ])
  }

  @Test func `Of one that runs it is asked again, since it may end`() async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.athena(state: "RUNNING")) { gateway in
      for _ in 1...2 {
        let response = try await gateway.answer(.get, "/sessions/s/calculations/c/code")
        #expect(response.allFields[.cacheControl] == "no-store")
      }
    }
    #expect(calls.names.filter { $0 == "GetCalculationExecution" }.count == 2)
  }

  @Test func `Few proofs are kept of many, the last ones and those in use among them`() throws {
    let pairs = ProvedPairs(capacity: 4)
    for number in 0..<100 {
      pairs.record("c\(number)", of: "s", isTerminal: false)
      _ = try pairs.proof(of: "c0", in: "s")
    }
    #expect(try pairs.proof(of: "c0", in: "s") != nil)
    for number in 97..<100 { #expect(try pairs.proof(of: "c\(number)", in: "s") != nil) }
    let kept = try (0..<100).filter { try pairs.proof(of: "c\($0)", in: "s") != nil }
    #expect(kept.count <= 8)
  }

  @Test func `A proof tells of an end, and of a foreign session no more than of nothing`() throws {
    let pairs = ProvedPairs()
    pairs.record("c", of: "s", isTerminal: false)
    #expect(try pairs.proof(of: "c", in: "s")?.isTerminal == false)
    pairs.record("c", of: "s", isTerminal: true)
    #expect(try pairs.proof(of: "c", in: "s")?.isTerminal == true)
    #expect(problem { () throws(Problem) in try pairs.proof(of: "c", in: "t") }?.code == .notFound)
    #expect(try pairs.proof(of: "d", in: "s") == nil)
  }
}
