import Glibc
import JSON
import Testing

@testable import LocalAthena

@Suite struct FaultsTests {
  private static func request(_ method: String, _ body: String = "") -> TestRequest {
    TestRequest(
      method: method, path: "/_local/faults", headers: [("Host", "localhost:4566")],
      body: Array(body.utf8))
  }

  private static let get = TestRequest.athena(
    "GetCalculationExecution", #"{"CalculationExecutionId":"c-1"}"#)

  private static func put(_ server: LocalServer, _ fault: String) async throws {
    let response = try await server.send(request("PUT", fault))
    try #require(response.status == 204, "\(response.text)")
  }

  @Test func `the next calls of an operation fail as asked, and the one after them does not`()
    async throws
  {
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server,
        """
        {"operation": "GetCalculationExecution", "count": 2,
         "fault": {"code": "ThrottlingException", "status": 400, "message": "Rate exceeded"}}
        """)
      // Another operation and a call that is not let in don't use it up.
      #expect(
        try await server.call("StartCalculationExecution", "{}").type == "InvalidRequestException")
      #expect(
        try await server.send(Self.get.without("Authorization")).type
          == "MissingAuthenticationTokenException")
      for _ in 0..<2 {
        let response = try await server.send(Self.get)
        #expect(response.status == 400)
        #expect(response.type == "ThrottlingException")
        #expect(response.json["message"]?.asString == "Rate exceeded")
      }
      #expect(try await server.send(Self.get).type == "ResourceNotFoundException")
    }
  }

  @Test func `a fault of S3 has S3's form`() async throws {
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server, #"{"operation": "GetObject", "fault": {"code": "SlowDown", "status": 503}}"#)
      let object = TestRequest.s3("GET", "/athena-local-results/demo/c/stdout")
      let response = try await server.send(object)
      #expect(response.status == 503)
      #expect(response.element("Code") == "SlowDown")
      #expect(try await server.send(object).status == 404)
    }
  }

  @Test func `an answer cut off has been earned, and ends after its first half`() async throws {
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server, #"{"operation": "StartCalculationExecution", "fault": {"cutOff": true}}"#)
      let input =
        #"{"SessionId":"demo","CodeBlock":"print(7)","ClientRequestToken":"\#(String(repeating: "t", count: 32))"}"#
      let cut = try await server.call("StartCalculationExecution", input)
      let length = try #require(cut.headers["content-length"].flatMap { Int($0) })
      #expect(cut.status == 200)
      #expect(length > 0 && cut.body.count == length / 2)
      // The token finds what the lost answer was about.
      let again = try await server.call("StartCalculationExecution", input)
      let id = try #require(again.json["CalculationExecutionId"]?.asString)
      let calculation = try await server.wait(for: id, ["COMPLETED"])

      try await Self.put(server, #"{"operation": "GetObject", "fault": {"cutOff": true}}"#)
      let half = try await server.output("StdOutS3Uri", of: calculation)
      #expect(half.headers["content-length"] == "2" && half.text == "7")
      #expect(try await server.output("StdOutS3Uri", of: calculation).text == "7\n")
    }
  }

  @Test func `garbage is HTML with status 200`() async throws {
    try await LocalServer.with { (server) async throws in
      try await Self.put(server, #"{"fault": {"garbage": true}}"#)
      let response = try await server.send(Self.get)
      #expect(response.status == 200)
      #expect(response.headers["content-type"] == "text/html")
      #expect(response.text.hasPrefix("<html>"))
    }
  }

  @Test func `a delayed call is answered later, and others meanwhile`() async throws {
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server,
        #"{"operation": "GetCalculationExecution", "fault": {"delayMilliseconds": 300}}"#)
      let clock = ContinuousClock()
      let start = clock.now
      async let late = server.send(Self.get)
      var tries = 0
      while try await server.send(Self.request("GET")).text != "[]" {
        tries += 1
        try #require(tries < 4000, "the delay is never used up")
        await server.pause()
      }
      #expect(try await server.send(Self.get).type == "ResourceNotFoundException")
      #expect(try await late.type == "ResourceNotFoundException")
      #expect(clock.now - start >= .milliseconds(300))
    }
  }

  @Test func `the work of a delayed call is done before its answer comes`() async throws {
    var late: Task<String, any Error>?
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server,
        #"{"operation": "StartCalculationExecution", "fault": {"delayMilliseconds": 600000}}"#)
      let done = "\(server.directory)/done"
      late = Task { try await server.start("import os; os.mkdir('\(done)')") }
      var tries = 0
      while rmdir(done) != 0 {
        tries += 1
        try #require(tries < 2000, "nothing is done")
        await server.pause()
      }
    }
    // The server has closed before its answer was due.
    await #expect(throws: (any Error).self) { try await late?.value }
  }

  @Test func `what is pending is listed, and forgotten on demand`() async throws {
    try await LocalServer.with { (server) async throws in
      try await Self.put(
        server, #"{"count": 3, "fault": {"code": "InternalFailure", "status": 500}}"#)
      try await Self.put(server, #"{"operation": "HeadObject", "fault": {"delayMilliseconds": 5}}"#)
      let list = try await server.send(Self.request("GET"))
      #expect(list.headers["content-type"] == "application/json")
      #expect(
        list.text
          == #"[{"operation":"*","count":3,"fault":{"code":"InternalFailure","status":500,"#
          + #""message":"This fault was asked for."}},"#
          + #"{"operation":"HeadObject","count":1,"fault":{"delayMilliseconds":5}}]"#)
      #expect(try await server.send(Self.request("DELETE")).status == 204)
      #expect(try await server.send(Self.request("GET")).text == "[]")
      #expect(try await server.send(Self.get).type == "ResourceNotFoundException")
    }
  }

  @Test(arguments: [
    ("", "not JSON"), ("[]", "must be an object"), ("{}", "/fault must be exactly one of"),
    (#"{"fault": {}}"#, "/fault must be exactly one of"),
    (#"{"fault": {"cutOff": true, "garbage": true}}"#, "/fault must be exactly one of"),
    (#"{"fault": {"cutOff": 1}}"#, "/fault/cutOff must be a boolean"),
    (#"{"fault": {"code": "A", "status": 200}}"#, "/fault/status must be from 400 to 599"),
    (#"{"fault": {"delayMilliseconds": -1}}"#, "/fault/delayMilliseconds must be from 0"),
    (#"{"fault": {"cutOff": true}, "count": 0}"#, "/count must be from 1"),
    (#"{"fault": {"cutOff": true}, "count": 1.5}"#, "/count must be an integer"),
    (#"{"fault": {"cutOff": true}, "operation": "Nothing"}"#, "/operation must be one of"),
    (#"{"fault": {"cutOff": true}, "times": 1}"#, "/times is not a member"),
  ])
  func `a fault that is none is refused with its reason`(body: String, reason: String)
    async throws
  {
    try await LocalServer.with { (server) async throws in
      let response = try await server.send(Self.request("PUT", body))
      #expect(response.status == 400)
      #expect(response.text.contains(reason))
      #expect(try await server.send(Self.request("GET")).text == "[]")
    }
  }

  @Test func `faults are bounded`() async throws {
    try await LocalServer.with { (server) async throws in
      for _ in 0..<Faults.capacity {
        try await Self.put(server, #"{"fault": {"cutOff": true}}"#)
      }
      let response = try await server.send(Self.request("PUT", #"{"fault": {"cutOff": true}}"#))
      #expect(response.status == 400)
      #expect(response.text.contains("DELETE"))
    }
  }

  @Test func `other paths and methods are not there`() async throws {
    try await LocalServer.with { (server) async throws in
      #expect(try await server.send(Self.request("POST")).status == 405)
      var other = Self.request("GET")
      other.path = "/_local/other"
      #expect(try await server.send(other).status == 404)
    }
  }
}
