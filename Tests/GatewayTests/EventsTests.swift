import EventLoop
import HTTPMessage
import HTTPTypes
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct EventsTests {
  private static let path = "/sessions/s/calculations/c/events"

  /// Keeps what is written.
  private final class Transcript: ContentWriter {
    var text = ""

    func write(_ bytes: [UInt8]) async throws {
      text += String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func script(_ states: [(state: String, progress: String)])
    -> @Sendable (String)
    -> Script
  {
    let rest = Lock(states)
    return { _ in
      let (state, progress) = rest.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
      return Script(
        content: """
          {"SessionId":"s","CalculationExecutionId":"c","Status":{"State":"\(state)"},
           "Statistics":{"Progress":"\(progress)"}}
          """)
    }
  }

  /// The stream of a request, as far as it goes.
  private func events(
    _ gateway: Gateway, _ fields: [(name: String, value: String)] = [],
    to transcript: Transcript = Transcript(), waiting: (any RequestWaiting)? = nil
  ) async throws -> String {
    let response = try await gateway.respond(
      to: Request(
        method: .get, path: Self.path, authority: "localhost", fields: FieldSection(fields),
        waiting: waiting))
    #expect(response.status == .ok)
    #expect(response.fields[.contentType] == "text/event-stream")
    #expect(response.allFields[.cacheControl] == "no-store")
    #expect(response.fields[HTTPField.Name("X-Accel-Buffering")!] == "no")
    guard case .stream(nil, let write) = response.content else { return "" }
    try await write(transcript)
    return transcript.text
  }

  @Test func `a state comes at once, at each change, and the end after the last one`()
    async throws
  {
    let script = Self.script([
      ("QUEUED", ""), ("QUEUED", ""), ("RUNNING", "1%"), ("RUNNING", "1%"), ("RUNNING", "2%"),
      ("COMPLETED", "2%"),
    ])
    let shared = Gateway.Shared(
      polls: PollTools(pause: { (loop, _) async throws(CancellationError) in
        try await loop.pause(for: .zero)
      }))
    let text = try await withGateway(answering: script, shared: shared) { gateway in
      let text = try await events(gateway)
      #expect(gateway.shared.calculations.count == (0, 0))
      return text
    }
    #expect(
      text == """
        retry: 3000

        event: state
        id: 1-QUEUED
        data: {"state":"QUEUED","progress":""}

        event: state
        id: 2-RUNNING
        data: {"state":"RUNNING","progress":"1%"}

        event: state
        id: 3-RUNNING
        data: {"state":"RUNNING","progress":"2%"}

        event: state
        id: 4-COMPLETED
        data: {"state":"COMPLETED","progress":"2%"}

        event: end
        data: {"state":"COMPLETED"}


        """)
  }

  @Test func `who comes back is counted on for`() async throws {
    try await withGateway(answering: Self.script([("FAILED", "")])) { gateway in
      for (last, next) in [
        ("7-RUNNING", 8), ("x", 1), ("-RUNNING", 1), ("-3-RUNNING", 1), ("0-RUNNING", 1),
        ("9007199254740992-RUNNING", 9_007_199_254_740_993),
        ("9007199254740993-RUNNING", 1), ("\(Int.max)-RUNNING", 1),
        ("99999999999999999999-RUNNING", 1), ("07-RUNNING", 1),
      ] {
        let text = try await events(gateway, [("Last-Event-ID", last)])
        #expect(text.contains("\nid: \(next)-FAILED\n"))
      }
    }
  }

  @Test(arguments: ["COMPLETED", "FAILED", "CANCELED"])
  func `who has got the last state is told not to come back`(state: String) async throws {
    let calls = Calls()
    try await withGateway(calls: calls, answering: Self.script([(state, "")])) { gateway in
      for _ in 0..<2 {
        let response = try await gateway.answer(
          .get, Self.path, [("Last-Event-ID", "3-\(state)")])
        #expect(response.status == .noContent)
      }
      let foreign = try await gateway.answer(
        .get, "/sessions/t/calculations/c/events", [("Last-Event-ID", "3-\(state)")])
      #expect(foreign.status == .notFound)
    }
    #expect(calls.names == ["GetCalculationExecution"])
  }

  @Test func `an unknown calculation is 404 before any stream`() async throws {
    let script = always(.error("ResourceNotFoundException", "m"))
    try await withGateway(answering: script) { gateway in
      for method in [HTTPRequest.Method.get, .head] {
        let response = try await gateway.answer(method, Self.path)
        #expect(response.status == .notFound)
        #expect(response.fields[.contentType] == "application/problem+json")
      }
    }
  }

  @Test func `HEAD has the fields, and watches nothing`() async throws {
    try await withGateway(answering: Self.script([("RUNNING", "")])) { gateway in
      let response = try await gateway.answer(.head, Self.path)
      #expect(response.status == .ok)
      #expect(response.fields[.contentType] == "text/event-stream")
      #expect(gateway.shared.calculations.count == (0, 0))
    }
  }

  @Test func `what fails in mid-stream is an event with the problem, and the end of the stream`()
    async throws
  {
    let script: @Sendable (String) -> Script = { name in
      name == "GetCalculationExecution"
        ? Self.script([("RUNNING", "")])(name) : .error("InternalServerException", "m")
    }
    let shared = Gateway.Shared(
      polls: PollTools(pause: { (loop, _) async throws(CancellationError) in
        try await loop.pause(for: .zero)
      }))
    try await withGateway(answering: script, shared: shared) { gateway in
      let text = try await events(gateway, [("X-Request-Id", "r")])
      #expect(text.contains("\n\nevent: problem\ndata: {\"type\":\"/problems/athena-failed\","))
      #expect(text.contains(#""requestId":"r""#))
      #expect(text.hasSuffix("}\n\n"))
      #expect(!text.contains("event: end"))
    }
  }

  @Test func `a drain ends the stream in order`() async throws {
    let steps = Steps()
    let shared = Gateway.Shared(polls: steps.tools)
    try await withGateway(answering: Self.script([("RUNNING", "")]), shared: shared) { gateway in
      let interrupter = Interrupter()
      let task = LoopTask(on: gateway.loop) {
        try await events(gateway, waiting: interrupter)
      }
      try await eventually { steps.pauses.count == 1 && interrupter.duration == .seconds(15) }
      interrupter.interrupt(.drain)
      let text = try await task.value
      #expect(text.hasSuffix("data: {\"state\":\"RUNNING\",\"progress\":\"\"}\n\n"))
      try await eventually { shared.calculations.count == (0, 0) }
    }
  }

  @Test func `whatever Athena calls a state, an id is one line`() {
    #expect("\(EventID(number: 1, state: "A\r\nB: -é_2"))" == "1-AB_2")
  }
}
