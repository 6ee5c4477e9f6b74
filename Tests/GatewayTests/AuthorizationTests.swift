import Callers
import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// What a policy does to requests. Callers are known by their certificates here.
struct AuthorizationTests {
  private static func policy(_ rules: String) throws -> Policy {
    try Policy(parsing: bytes(#"{"rules": [\#(rules)]}"#))
  }

  private static let reports =
    #"{"callers": ["certificate:dns:a"], "workGroups": ["reports"], "methods": ["GET", "POST"]}"#

  /// Sessions of two workgroups, and none else.
  @Sendable private static func athena(_ calls: Calls) -> @Sendable (String) -> Script {
    { name in
      let content = calls.contents.last ?? ""
      switch name {
      case "GetSession" where content.contains("mine"):
        return Script(
          content: #"{"SessionId":"mine","WorkGroup":"reports","Status":{"State":"IDLE"}}"#)
      case "GetSession" where content.contains("theirs"):
        return Script(
          content: #"{"SessionId":"theirs","WorkGroup":"others","Status":{"State":"IDLE"}}"#)
      case "GetSession": return .error("InvalidRequestException", "Session does not exist")
      case "StartSession": return Script(content: #"{"SessionId":"new","State":"CREATING"}"#)
      case "StartCalculationExecution": return WaitingTests.started
      case "GetCalculationExecution": return WaitingTests.calculation("RUNNING")
      default: return Script()
      }
    }
  }

  private static func request(
    _ method: HTTPRequest.Method, _ path: String, query: String? = nil, as name: String = "a",
    _ fields: [(name: String, value: String)] = [], content: String = ""
  ) -> Request {
    Request(
      method: method, path: path, query: query, scheme: "https", authority: "localhost",
      fields: FieldSection(fields),
      clientCertificate: ClientCertificate(
        subject: "", alternativeNames: [.dns(name)]),
      body: BufferedBody(bytes(content)))
  }

  private static let callers = Authenticator.Ways(certificates: true)

  private static let json = [(name: "Content-Type", value: "application/json")]

  /// The status, and the problem's code where there is one, of each request, with the calls that it took.
  private func answers(
    _ rules: String, codeSources: CodeSources = CodeSources(),
    to requests: [@Sendable () -> Request]
  ) async throws -> [(status: Int, code: String?, calls: [String])] {
    let calls = Calls()
    let policy = try Self.policy(rules)
    return try await withGateway(
      calls: calls, answering: Self.athena(calls), callers: Self.callers, codeSources: codeSources,
      policy: policy
    ) { gateway in
      var answers: [(status: Int, code: String?, calls: [String])] = []
      for request in requests {
        let before = calls.names.count
        let answer = try await gateway.respond(to: request())
        answers.append(
          (
            answer.status.code, answer.json?["code"]?.asString,
            Array(calls.names.dropFirst(before))
          ))
      }
      return answers
    }
  }

  @Test func `A session's workgroup is learnt once`() async throws {
    let answers = try await answers(
      Self.reports,
      to: [
        { Self.request(.get, "/sessions/mine/executors") },
        { Self.request(.get, "/sessions/mine/executors") },
        { Self.request(.delete, "/sessions/mine") },
      ])
    #expect(answers.map(\.status) == [200, 200, 403])
    #expect(answers[0].calls == ["GetSession", "ListExecutors"])
    #expect(answers[1].calls == ["ListExecutors"])
    #expect(answers[2].code == "forbidden")
    #expect(answers[2].calls == [])
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, ""), (.head, ""), (.delete, ""), (.get, "/executors"),
    (.get, "/calculations"), (.post, "/calculations"), (.get, "/calculations/c"),
    (.delete, "/calculations/c"), (.get, "/calculations/c/code"), (.get, "/calculations/c/events"),
    (.get, "/calculations/c/stdout"), (.get, "/calculations/c/stderr"),
  ])
  func `A session that the caller may not see is as one that isn't there`(
    method: HTTPRequest.Method, below: String
  ) async throws {
    let calls = Calls()
    let policy = try Self.policy(Self.reports)
    try await withGateway(
      calls: calls, answering: Self.athena(calls), callers: Self.callers, policy: policy
    ) { gateway in
      var answers: [(Response, [String])] = []
      for session in ["theirs", "nobodys", "theirs", "nobodys"] {
        let before = calls.names.count
        let answer = try await gateway.respond(
          to: Self.request(
            method, "/sessions/\(session)\(below)", [("X-Request-Id", "r"), ("Prefer", "wait=1")]))
        answers.append((answer, Array(calls.names.dropFirst(before))))
      }
      for (answer, names) in answers {
        #expect(answer.status == .notFound)
        #expect(answer.text == answers[0].0.text)
        #expect(answer.fields == answers[0].0.fields)
        // As many calls for the one as for the other, each time.
        #expect(names == ["GetSession"])
      }
    }
  }

  @Test func `Who may do nothing learns nothing, and asks Athena for nothing`() async throws {
    let answers = try await answers(
      Self.reports,
      to: ["/sessions/mine", "/sessions/theirs", "/sessions/nobodys", "/sessions", "/", "/livez"]
        .map { path in { Self.request(.get, path, as: "b") } })
    #expect(answers.map(\.status) == [404, 404, 404, 403, 200, 200])
    #expect(answers.allSatisfy { $0.calls == [] })
  }

  @Test func `Sessions are started and listed in the caller's workgroups alone`() async throws {
    func start(_ workGroup: String) -> @Sendable () -> Request {
      {
        Self.request(
          .post, "/sessions", Self.json, content: #"{"workGroup":"\#(workGroup)"}"#)
      }
    }
    let answers = try await answers(
      Self.reports,
      to: [
        start("reports"), start("others"),
        { Self.request(.get, "/sessions", query: "workGroup=reports") },
        { Self.request(.head, "/sessions", query: "workGroup=others") },
        // Known since it was started here.
        { Self.request(.get, "/sessions/new/executors") },
      ])
    #expect(answers.map(\.status) == [201, 403, 200, 403, 200])
    #expect(
      answers.map(\.calls) == [["StartSession"], [], ["ListSessions"], [], ["ListExecutors"]])
  }

  @Test func `Code is taken from S3 where the policy says so too`() async throws {
    let sources = CodeSources([try #require(CodeSources.Source("s3://bucket/"))])
    let submission: @Sendable () -> Request = {
      Self.request(
        .post, "/sessions/mine/calculations", Self.json,
        content: #"{"codeUri":"s3://bucket/job.py"}"#)
    }
    let without = try await answers(Self.reports, codeSources: sources, to: [submission])
    #expect(without.map(\.status) == [403])
    #expect(without[0].calls == ["GetSession"])
    let with = try await answers(
      Self.reports.dropLast() + #", "codeUri": true}"#, codeSources: sources, to: [submission])
    #expect(with[0].calls.contains("/bucket/job.py"))
  }

  @Test func `What Athena can't say now is no denial`() async throws {
    let policy = try Self.policy(Self.reports)
    try await withGateway(
      answering: always(.error("TooManyRequestsException", "m")), callers: Self.callers,
      policy: policy
    ) { gateway in
      let answer = try await gateway.respond(to: Self.request(.get, "/sessions/mine"))
      #expect(answer.json?["code"]?.asString == "throttled")
    }
  }

  @Test func `The caller's rate holds before Athena is asked whose a session is`() async throws {
    let calls = Calls()
    let policy = try Self.policy(Self.reports)
    try await withGateway(
      calls: calls, answering: Self.athena(calls), callers: Self.callers, policy: policy,
      shared: Gateway.Shared(callerLimits: CallerLimits(rate: 1))
    ) { gateway in
      var statuses: [Int] = []
      for _ in 0..<3 {
        let answer = try await gateway.respond(to: Self.request(.get, "/sessions/theirs"))
        statuses.append(answer.status.code)
      }
      #expect(statuses == [404, 429, 429])
      #expect(calls.names.count == 1)
    }
  }
}
