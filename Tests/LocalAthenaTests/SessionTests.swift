import Glibc
import JSON
import Testing

@testable import LocalAthena

/// What boto3 can't be shown: limits, and the passing of minutes.
@Suite struct SessionTests {
  private static let ended = "Session was terminated per request"

  @Test func `a session that is idle for its timeout is terminated`() async throws {
    try await LocalServer.with(\.idleMinute, .milliseconds(20)) { (server) async throws in
      let id = try await server.startSession(more: #","SessionIdleTimeoutInMinutes":2"#)
      let session = try await server.wait(forSession: id, ["TERMINATED"])
      #expect(session.reason == Self.ended)
      let status = try #require(session["Status"])
      #expect(status["EndDateTime"] != nil && status["IdleSinceDateTime"] == nil)
    }
  }

  @Test func `a session is not idle while a calculation runs, nor does demo ever end`() async throws
  {
    try await LocalServer.with(\.idleMinute, .milliseconds(200)) { (server) async throws in
      // Longer than the timeout.
      let (id, calculation) = try await server.startInNewSession(
        "import time; time.sleep(2.5)", more: #","SessionIdleTimeoutInMinutes":10"#)
      #expect(
        try await server.wait(for: calculation, ["COMPLETED", "CANCELED"]).state == "COMPLETED")
      _ = try await server.wait(forSession: id, ["TERMINATED"])
      #expect(try await server.run("1").state == "COMPLETED")
    }
  }

  @Test(arguments: [("no-such-python3", "is not installed"), ("false", "false did not start")])
  func `a session whose interpreter does not start has failed`(python: String, why: String)
    async throws
  {
    try await LocalServer.with(\.python, python) { (server) async throws in
      let id = try await server.startSession()
      let session = try await server.wait(forSession: id, ["FAILED", "IDLE"])
      #expect(session.state == "FAILED")
      #expect(session.reason.contains(why))
      let refused = try await server.call(
        "StartCalculationExecution", #"{"SessionId":"\#(id)","CodeBlock":"1"}"#)
      #expect(
        refused.message
          == "Session is in the FAILED state; needs to be IDLE to accept Calculations.")
      let terminated = try await server.call("TerminateSession", #"{"SessionId":"\#(id)"}"#)
      #expect(terminated.json["State"]?.asString == "FAILED")
    }
  }

  @Test func `there are so many sessions, and the oldest ended one makes room`() async throws {
    try await LocalServer.with(\.sessions, 3) { (server) async throws in
      let first = try await server.startSession()
      _ = try await server.wait(forSession: first, ["IDLE"])
      let calculation = try await server.start("print(1)", session: first)
      _ = try await server.wait(for: calculation, ["COMPLETED"])
      let second = try await server.startSession()

      let refused = try await server.call("StartSession", LocalServer.session)
      #expect(refused.status == 400 && refused.type == "TooManyRequestsException")

      for id in [first, second] {
        _ = try await server.call("TerminateSession", #"{"SessionId":"\#(id)"}"#)
        _ = try await server.wait(forSession: id, ["TERMINATED"])
      }
      let third = try await server.startSession()
      // The first is forgotten, with what it had; the second can still be seen.
      let unknown = try await server.call("GetSession", #"{"SessionId":"\#(first)"}"#)
      #expect(unknown.message == "Session \(first) does not exist")
      let gone = try await server.call(
        "GetCalculationExecution", #"{"CalculationExecutionId":"\#(calculation)"}"#)
      #expect(gone.type == "ResourceNotFoundException")
      let output = try await server.send(
        .s3("GET", "/athena-local-results/\(first)/\(calculation)/stdout"))
      #expect(output.status == 404)
      #expect(try await server.wait(forSession: second, ["TERMINATED"]).state == "TERMINATED")
      _ = try await server.wait(forSession: third, ["IDLE"])
      let list = try await server.run("import os; print(len(os.listdir('../..')))")
      #expect(try await server.output("StdOutS3Uri", of: list).text == "3\n")
    }
  }

  @Test func `the code that is kept has a limit`() async throws {
    try await LocalServer.with(\.codeSize, 100) { (server) async throws in
      let first = try await server.run("# \(String(repeating: "a", count: 60))")
      let second = try await server.run("# \(String(repeating: "b", count: 60))")
      let third = try await server.run("# \(String(repeating: "c", count: 200))")
      for (calculation, status) in [(first, 400), (second, 400), (third, 200)] {
        let id = try #require(calculation["CalculationExecutionId"]?.asString)
        let code = try await server.call(
          "GetCalculationExecutionCode", #"{"CalculationExecutionId":"\#(id)"}"#)
        #expect(code.status == status)
      }
    }
  }

  @Test func `what a session has started ends with it`() async throws {
    try await LocalServer.with { (server) async throws in
      let id = try await server.startSession()
      _ = try await server.wait(forSession: id, ["IDLE"])
      let started = try await server.start(
        "import subprocess; print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)",
        session: id)
      let calculation = try await server.wait(for: started, ["COMPLETED"])
      let output = try await server.output("StdOutS3Uri", of: calculation).text
      let process = try #require(pid_t(output.dropLast()))
      #expect(kill(process, 0) == 0)
      _ = try await server.call("TerminateSession", #"{"SessionId":"\#(id)"}"#)
      _ = try await server.wait(forSession: id, ["TERMINATED"])
      #expect(kill(process, 0) != 0)
    }
  }

  @Test func `sessions that are stuck end with the server, all at once`() async throws {
    let clock = ContinuousClock()
    var end = clock.now
    try await LocalServer.with { (server) async throws in
      for _ in 0..<3 {
        let id = try await server.startSession()
        _ = try await server.wait(forSession: id, ["IDLE"])
        let calculation = try await server.start(
          "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass", session: id)
        _ = try await server.wait(for: calculation, ["RUNNING"])
        await server.pause(.milliseconds(100))
      }
      _ = try await server.startSession()
      end = clock.now
    }
    #expect(clock.now - end < .seconds(8))
  }
}
