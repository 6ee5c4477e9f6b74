import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct StartSessionTests {
  private static let token = "token-of-the-caller-0123456789-abcdef"
  private static let started = Script(content: #"{"SessionId":"a/b","State":"CREATING"}"#)
  private static let json = [(name: "Content-Type", value: "application/json")]

  private func start(
    _ content: String, _ fields: [(name: String, value: String)] = [],
    defaults: SessionDefaults = .init(workGroup: "wg"), script: Script = started
  ) async throws -> (response: Response, call: String?) {
    let calls = Calls()
    let answer = always(script)
    let response = try await withGateway(calls: calls, answering: answer, sessions: defaults) {
      Answer(try await $0.answer(.post, "/sessions", Self.json + fields, content: content))
    }
    #expect(calls.names.allSatisfy { $0 == "StartSession" })
    return (response.response, calls.contents.first)
  }

  /// A response from the loop's thread; nobody there has it any more.
  private struct Answer: @unchecked Sendable {
    let response: Response
    init(_ response: Response) { self.response = response }
  }

  @Test func `An empty object has all from the operator`() async throws {
    let defaults = SessionDefaults(workGroup: "wg", maxConcurrentDPUs: 8, idleTimeoutInMinutes: 5)
    let (response, call) = try await start("{}", defaults: defaults)
    #expect(response.status == .created)
    #expect(response.fields[.location] == "/sessions/a%2Fb")
    #expect(response.text == #"{"sessionId":"a/b","state":"CREATING"}"#)
    let token = try #require(response.fields[.clientRequestToken])
    #expect(
      call == """
        {"WorkGroup":"wg","EngineConfiguration":{"MaxConcurrentDpus":8},\
        "SessionIdleTimeoutInMinutes":5,"ClientRequestToken":"\(token)"}
        """)
  }

  @Test func `Every member is the caller's before it is the operator's`() async throws {
    let content = """
      {"description":"d","workGroup":"theirs",
       "engineConfiguration":{"coordinatorDpuSize":1,"maxConcurrentDpus":5000,
        "defaultExecutorDpuSize":1,"additionalConfigs":{"NotebookId":"n"},
        "sparkProperties":{"spark.X":"","é":"v"},
        "classifications":[{"name":"c","properties":{"P":"q"}}]},
       "executionRole":"arn:aws:iam::123456789012:role/r","monitoringConfiguration":{
        "cloudWatchLoggingConfiguration":{"enabled":true,"logGroup":"/g","logStreamNamePrefix":"p",
         "logTypes":{"SPARK_DRIVER":["STDOUT"]}},
        "managedLoggingConfiguration":{"enabled":false,"kmsKey":"alias/k"},
        "s3LoggingConfiguration":{"enabled":true,"logLocation":"s3://bkt/logs/"}},
       "notebookVersion":"Athena notebook version 1","sessionIdleTimeoutInMinutes":480,
       "clientRequestToken":"\(Self.token)","tags":[{"key":"k","value":""}],
       "copyWorkGroupTags":true}
      """
    let defaults = SessionDefaults(workGroup: "wg", idleTimeoutInMinutes: 5)
    let (response, call) = try await start(content, defaults: defaults)
    #expect(response.status == .created)
    #expect(response.fields[.clientRequestToken] == Self.token)
    #expect(
      call == """
        {"Description":"d","WorkGroup":"theirs","EngineConfiguration":{"CoordinatorDpuSize":1,\
        "MaxConcurrentDpus":5000,"DefaultExecutorDpuSize":1,"AdditionalConfigs":{"NotebookId":"n"},\
        "SparkProperties":{"spark.X":"","é":"v"},"Classifications":[{"Name":"c",\
        "Properties":{"P":"q"}}]},"ExecutionRole":"arn:aws:iam::123456789012:role/r",\
        "MonitoringConfiguration":{"CloudWatchLoggingConfiguration":{"Enabled":true,\
        "LogGroup":"/g","LogStreamNamePrefix":"p","LogTypes":{"SPARK_DRIVER":["STDOUT"]}},\
        "ManagedLoggingConfiguration":{"Enabled":false,"KmsKey":"alias/k"},\
        "S3LoggingConfiguration":{"Enabled":true,"LogLocation":"s3://bkt/logs/"}},\
        "NotebookVersion":"Athena notebook version 1","SessionIdleTimeoutInMinutes":480,\
        "ClientRequestToken":"\(Self.token)","Tags":[{"Key":"k","Value":""}],\
        "CopyWorkGroupTags":true}
        """)
  }

  @Test func `All that is wrong is said at once, and Athena is not asked`() async throws {
    let content = """
      {"description":"","workGroup":"a/b","engineConfiguration":{"maxConcurrentDpus":1,
        "coordinatorDpuSize":1.5,"sparkProperties":{"k":1,"\\u0001":"v"},
        "classifications":[{"Name":"c"}]},
       "executionRole":"arn:aws:iam::1:role/reporting","tags":[{"key":""},7],
       "monitoringConfiguration":{"managedLoggingConfiguration":{}},
       "sessionIdleTimeoutInMinutes":481,"copyWorkGroupTags":"yes","notebookVersion":null,
       "WorkGroup":"w"}
      """
    let (response, call) = try await start(content)
    #expect(response.status == .badRequest)
    #expect(call == nil)
    let errors = try #require(response.json?["errors"]?.asArray)
    #expect(
      Set(errors.compactMap { $0["pointer"]?.asString }) == [
        "/description", "/workGroup", "/engineConfiguration/maxConcurrentDpus",
        "/engineConfiguration/coordinatorDpuSize", "/engineConfiguration/sparkProperties/k",
        "/engineConfiguration/sparkProperties/\u{1}",
        "/engineConfiguration/classifications/0/Name", "/executionRole", "/tags/0/key", "/tags/1",
        "/monitoringConfiguration/managedLoggingConfiguration/enabled",
        "/sessionIdleTimeoutInMinutes", "/copyWorkGroupTags", "/notebookVersion", "/WorkGroup",
      ])
  }

  @Test func `Without an operator's workgroup the caller names one`() async throws {
    let (response, _) = try await start("{}", defaults: .init())
    #expect(response.json?["errors"]?.asArray?.first?["pointer"]?.asString == "/workGroup")
    let (named, _) = try await start(#"{"workGroup":"w"}"#, defaults: .init())
    #expect(named.status == .created)
  }

  @Test(arguments: ["text/x-python", "text/plain", "application/x-www-form-urlencoded"])
  func `Only JSON is taken`(type: String) async throws {
    try await withGateway { gateway in
      let response = try await gateway.answer(
        .post, "/sessions", [("Content-Type", type)], content: "{}")
      #expect(response.status == .unsupportedMediaType)
      #expect(response.fields[.acceptPost] == "application/json")
      #expect(response.fields[.clientRequestToken] != nil)
    }
  }

  @Test(arguments: ["", "[]", "{", "1"])
  func `What is no object is 400`(content: String) async throws {
    let (response, call) = try await start(content)
    #expect(response.status == .badRequest)
    #expect(call == nil)
  }

  @Test func `A key is one token for each workgroup`() async throws {
    let key = [(name: "Idempotency-Key", value: "k")]
    let first = try await start("{}", key).response.fields[.clientRequestToken]
    let again = try await start("{}", key).response.fields[.clientRequestToken]
    let other = try await start(#"{"workGroup":"o"}"#, key).response.fields[.clientRequestToken]
    #expect(first == again)
    #expect(first != other)
    let (both, call) = try await start(#"{"clientRequestToken":"\#(Self.token)"}"#, key)
    #expect(both.json?["errors"]?.asArray?.first?["pointer"]?.asString == "/clientRequestToken")
    #expect(call == nil)
  }

  @Test(arguments: [
    ("SessionAlreadyExistsException", 409, "session-exists"),
    ("TooManyRequestsException", 429, "throttled"),
    ("ResourceNotFoundException", 404, "not-found"),
  ])
  func `Athena's errors have their statuses`(name: String, status: Int, code: String) async throws {
    let (response, _) = try await start("{}", script: .error(name, "m"))
    #expect(response.status.code == status)
    #expect(response.json?["code"]?.asString == code)
  }

  @Test func `A reused token is told apart`() async throws {
    let script = Script(
      status: 400,
      content:
        #"{"__type":"InvalidRequestException","AthenaErrorCode":"IDEMPOTENT_PARAMETER_MISMATCH"}"#)
    #expect(try await start("{}", script: script).response.status == .unprocessableContent)
  }
}
