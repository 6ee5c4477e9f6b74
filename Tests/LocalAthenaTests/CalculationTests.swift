import Glibc
import JSON
import Testing

@testable import LocalAthena

/// Real code in a real `python3`.
@Suite struct CalculationTests {
  @Test func `code runs, and its output is read from S3`() async throws {
    try await LocalServer.with { (server) async throws in
      let started = try await server.call(
        "StartCalculationExecution",
        #"{"SessionId":"demo","CodeBlock":"print(sum(range(10)))","Description":"a sum"}"#)
      #expect(started.status == 200)
      #expect(started.json["State"]?.asString == "CREATING")
      #expect(started.headers["content-type"] == "application/x-amz-json-1.1")
      #expect(started.headers["x-amzn-requestid"]?.count == 36)
      let id = try #require(started.json["CalculationExecutionId"]?.asString)
      #expect(id.count == 36)

      let calculation = try await server.wait(for: id, ["COMPLETED", "FAILED"])
      #expect(calculation.state == "COMPLETED")
      #expect(calculation["CalculationExecutionId"]?.asString == id)
      #expect(calculation["SessionId"]?.asString == "demo")
      #expect(calculation["Description"]?.asString == "a sum")
      #expect(
        calculation["WorkingDirectory"]?.asString == "s3://athena-local-results/demo/\(id)")
      let submitted = try #require(
        calculation["Status"]?["SubmissionDateTime"]?.asNumber?.double)
      let completed = try #require(
        calculation["Status"]?["CompletionDateTime"]?.asNumber?.double)
      #expect(submitted <= completed && abs(completed - Double(WallClock.seconds)) < 60)
      #expect(calculation["Statistics"]?["DpuExecutionInMillis"]?.asNumber?.int ?? -1 >= 0)
      #expect(calculation["Statistics"]?["Progress"]?.asString == "100%")
      let result = try #require(calculation["Result"])
      #expect(
        result["StdOutS3Uri"]?.asString == "s3://athena-local-results/demo/\(id)/stdout")
      #expect(
        result["StdErrorS3Uri"]?.asString == "s3://athena-local-results/demo/\(id)/stderr")
      #expect(result["ResultS3Uri"]?.asString == "s3://athena-local-results/demo/\(id)")
      #expect(result["ResultType"]?.asString == "application/vnd.aws.athena.v1+json")

      #expect(try await server.output("StdOutS3Uri", of: calculation).text == "45\n")
      #expect(try await server.output("StdErrorS3Uri", of: calculation).text == "")
    }
  }

  @Test func `variables live on between the calculations of a session`() async throws {
    try await LocalServer.with { (server) async throws in
      #expect(try await server.run("a = 'é😀'").state == "COMPLETED")
      let second = try await server.run("print(a)")
      #expect(try await server.output("StdOutS3Uri", of: second).text == "é😀\n")
    }
  }

  @Test
  func `a failing calculation is FAILED with the exception, and its stderr has the traceback`()
    async throws
  {
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run("print('before')\n1 / 0")
      #expect(calculation.state == "FAILED")
      #expect(calculation.reason == "ZeroDivisionError: division by zero")
      #expect(try await server.output("StdOutS3Uri", of: calculation).text == "before\n")
      let stderr = try await server.output("StdErrorS3Uri", of: calculation).text
      #expect(stderr.contains("Traceback") && stderr.contains("1 / 0"))
      #expect(try await server.run("x = (").reason.contains("SyntaxError"))
    }
  }

  @Test(arguments: [
    ("import os; os._exit(3)", "status 3"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", "ended"),
  ])
  func `a crash of python fails its calculation, and the session goes on without its variables`(
    code: String, why: String
  ) async throws {
    try await LocalServer.with { (server) async throws in
      _ = try await server.run("kept = 1")
      let crashed = try await server.run(code)
      #expect(crashed.state == "FAILED")
      #expect(crashed.reason.contains(why) && crashed.reason.contains("variables are lost"))
      let next = try await server.run("print('kept' in globals())")
      #expect(try await server.output("StdOutS3Uri", of: next).text == "False\n")
    }
  }

  @Test func `a second calculation gets Athena's BUSY message, and none after the first has ended`()
    async throws
  {
    try await LocalServer.with { (server) async throws in
      let gate = "\(server.directory)/gate"
      let first = try await server.start(
        "import os, time\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)")
      let running = try await server.wait(for: first, ["RUNNING"])
      #expect(running["Statistics"]?["Progress"]?.asString == "0%")
      #expect(running["Result"] == nil)
      #expect(running["Status"]?["CompletionDateTime"] == nil)
      let second = try await server.call(
        "StartCalculationExecution", #"{"SessionId":"demo","CodeBlock":"1"}"#)
      #expect(second.status == 400)
      #expect(second.type == "InvalidRequestException")
      #expect(
        second.json["Message"]?.asString
          == "Session is in the BUSY state; needs to be IDLE to accept Calculations.")
      // Nothing is read before its end.
      let early = try await server.send(.s3("GET", "/athena-local-results/demo/\(first)/stdout"))
      #expect(early.status == 404 && early.element("Code") == "NoSuchKey")
      try #require(mkdir(gate, 0o700) == 0)
      #expect(try await server.wait(for: first, ["COMPLETED", "FAILED"]).state == "COMPLETED")
      rmdir(gate)
      #expect(try await server.run("1").state == "COMPLETED")
    }
  }

  @Test func `a token started once is not run again, and not under other parameters`() async throws
  {
    try await LocalServer.with { (server) async throws in
      let token = "0123456789abcdef0123456789abcdef"
      let gate = "\(server.directory)/gate"
      _ = try await server.run("runs = 0")
      let code =
        "import os, time; runs += 1\\nwhile not os.path.exists('\(gate)'): time.sleep(0.01)"
      let input =
        #"{"SessionId":"demo","CodeBlock":"\#(code)","ClientRequestToken":"\#(token)"}"#
      let first = try await server.call("StartCalculationExecution", input)
      let id = try #require(first.json["CalculationExecutionId"]?.asString)
      _ = try await server.wait(for: id, ["RUNNING"])

      // The token is looked at before the session, which is busy.
      let again = try await server.call("StartCalculationExecution", input)
      #expect(again.status == 200)
      #expect(again.json["CalculationExecutionId"]?.asString == id)
      #expect(again.json["State"]?.asString == "RUNNING")

      for other in [
        #"{"SessionId":"demo","CodeBlock":"2","ClientRequestToken":"\#(token)"}"#,
        #"{"SessionId":"other","CodeBlock":"\#(code)","ClientRequestToken":"\#(token)"}"#,
        input.dropLast() + #","Description":"d"}"#,
      ] {
        let refused = try await server.call("StartCalculationExecution", String(other))
        #expect(refused.status == 400)
        #expect(refused.type == "InvalidRequestException")
        #expect(refused.json["AthenaErrorCode"]?.asString == "IDEMPOTENT_PARAMETER_MISMATCH")
        #expect(refused.json["Message"]?.asString == "Idempotent parameters do not match")
      }

      try #require(mkdir(gate, 0o700) == 0)
      _ = try await server.wait(for: id, ["COMPLETED"])
      rmdir(gate)
      let late = try await server.call("StartCalculationExecution", input)
      #expect(late.json["CalculationExecutionId"]?.asString == id)
      #expect(late.json["State"]?.asString == "COMPLETED")
      let runs = try await server.run("print(runs)")
      #expect(try await server.output("StdOutS3Uri", of: runs).text == "1\n")
    }
  }

  @Test func `the code sees no credentials and works in a directory of its own`() async throws {
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1)
    setenv("LOCAL_ATHENA_TESTS_SECRET", "s", 1)
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run(
        "import os; print(sorted(os.environ)); print(os.getcwd())")
      let output = try await server.output("StdOutS3Uri", of: calculation).text
      #expect(!output.contains("AWS_") && !output.contains("SECRET"))
      #expect(output.contains("'PATH'"))
      #expect(output.contains("\(server.directory)/local-athena-"))
    }
  }

  @Test func `a program that floods its output is stopped at the limit`() async throws {
    try await LocalServer.with(\.outputSize, 1 << 20) { (server) async throws in
      let calculation = try await server.run("while True: print('x' * 10000)")
      #expect(calculation.state == "FAILED")
      #expect(calculation.reason.contains("File too large"))
      let output = try await server.output("StdOutS3Uri", of: calculation)
      #expect(output.body.count == 1 << 20)
      #expect(try await server.run("1").state == "COMPLETED")
    }
  }

  @Test(arguments: ["no-such-python3", "/no/such/python3"])
  func `without python3 a calculation fails with the advice to install it`(python: String)
    async throws
  {
    try await LocalServer.with(\.python, python) { (server) async throws in
      for _ in 0..<2 {
        let calculation = try await server.run("1")
        #expect(calculation.state == "FAILED")
        #expect(calculation.reason.contains("\(python) is not installed"))
        #expect(calculation.reason.contains("apt-get install python3"))
        #expect(calculation["Result"] == nil)
      }
    }
  }

  @Test func `an interpreter that does not start fails the calculation with what it said`()
    async throws
  {
    try await LocalServer.with(\.python, "false") { (server) async throws in
      let calculation = try await server.run("1")
      #expect(calculation.state == "FAILED")
      #expect(calculation.reason.contains("false did not start"))
    }
  }

  @Test func `the oldest finished calculations go, with their outputs`() async throws {
    try await LocalServer.with(\.calculations, 2) { (server) async throws in
      var ids: [String] = []
      for number in 0..<3 {
        let calculation = try await server.run("print(\(number))")
        ids.append(try #require(calculation["CalculationExecutionId"]?.asString))
      }
      let gone = try await server.call(
        "GetCalculationExecution", #"{"CalculationExecutionId":"\#(ids[0])"}"#)
      #expect(gone.type == "ResourceNotFoundException")
      for (id, status) in zip(ids, [404, 200, 200]) {
        let response = try await server.send(.s3("GET", "/athena-local-results/demo/\(id)/stdout"))
        #expect(response.status == status)
      }
      let list = try await server.run("import os; print(len(os.listdir('..')))")
      // Those of two calculations, and the working directory.
      #expect(try await server.output("StdOutS3Uri", of: list).text == "3\n")
    }
  }

  @Test func `what a session has started ends with the server`() async throws {
    var process: pid_t = 0
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run(
        "import subprocess; print(subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)"
      )
      let output = try await server.output("StdOutS3Uri", of: calculation).text
      process = try #require(pid_t(output.dropLast()))
      #expect(kill(process, 0) == 0)
      // A calculation that runs does not keep the server from its end.
      let endless = try await server.start("while True: pass")
      _ = try await server.wait(for: endless, ["RUNNING"])
    }
    #expect(kill(process, 0) != 0)
  }

  @Test func `a server whose python is stopped ends too`() async throws {
    try await LocalServer.with { (server) async throws in
      let id = try await server.start(
        "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass")
      _ = try await server.wait(for: id, ["RUNNING"])
      await server.pause(.milliseconds(100))
    }
  }
}
