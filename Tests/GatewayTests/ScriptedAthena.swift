import AWSClient
import Athena
import Callers
import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import HTTPTypes
import SigV4
import TestLoops

@testable import Gateway

/// What a scripted Athena or S3 answers with.
struct Script: Sendable {
  var status = 200
  var content = "{}"
  var fields: HTTPFields = [:]

  static func error(_ code: String, _ message: String) -> Script {
    Script(status: 400, content: #"{"__type":"\#(code)","Message":"\#(message)"}"#)
  }
}

/// The same answer to everything.
func always(_ script: Script) -> @Sendable (String) -> Script {
  { _ in script }
}

/// The calls that it got, each as its operation or path and its content.
final class Calls: Sendable {
  private let calls = Lock<[(name: String, content: String, fields: FieldSection)]>([])

  var names: [String] { calls.withLock { $0.map(\.name) } }
  var contents: [String] { calls.withLock { $0.map(\.content) } }

  /// One field of each call of this name.
  func values(of field: HTTPField.Name, in name: String) -> [String?] {
    calls.withLock { $0.filter { $0.name == name }.map { $0.fields[field] } }
  }

  func append(_ name: String, _ content: String, _ fields: FieldSection) {
    calls.withLock { $0.append((name, content, fields)) }
  }
}

/// Runs `body` with a gateway whose Athena and S3 answer as `script` says, by operation or path.
func withGateway<Value: Sendable>(
  calls: Calls = Calls(),
  answering script: @escaping @Sendable (String) -> Script = always(Script()),
  hosts: HostPolicy = HostPolicy(isLoopback: true, allowedHosts: []),
  callers: Authenticator.Ways = Authenticator.Ways(), basePath: BasePath = .root,
  sessions: SessionDefaults = SessionDefaults(), codeSources: CodeSources = CodeSources(),
  proxies: TrustedProxies = TrustedProxies(), policy: Policy? = nil,
  judging: (@Sendable () -> Policy)? = nil,
  shared: Gateway.Shared = Gateway.Shared(),
  _ body: @escaping @Sendable (Gateway) async throws -> Value
) async throws -> Value {
  try await onLoop { loop in
    let server = try HTTPServer(
      Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false), on: loop,
      refusal: { refusal, _ in Response(status: refusal.status) },
      handler: { request throws(Refusal) in
        let content = try await request.body.collect(upTo: 1 << 20)
        let target = request.fields[HTTPField.Name("X-Amz-Target")!]
        let name = target.map { String($0.drop { $0 != "." }.dropFirst()) } ?? request.path
        calls.append(name, String(decoding: content, as: UTF8.self), request.fields)
        let answer = script(name)
        var fields = answer.fields
        fields[HTTPField.Name("x-amz-request-id")!] = "3L137"
        return Response(
          status: .init(code: answer.status), fields: fields,
          content: .bytes(Array(answer.content.utf8)))
      })
    defer { server.close() }
    let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
    defer { client.close() }
    let context = AWSContext(
      on: loop, http: client, region: Region("eu-west-1")!,
      shared: AWSShared(
        credentials: CredentialsStore(Credentials(accessKeyID: "AKID", secretAccessKey: "s")),
        retries: RetryPolicy(attempts: 1)),
      clock: { 1_763_799_353 })
    let endpoint = try Endpoint(parsing: "http://127.0.0.1:\(server.port)")
    let gateway = Gateway(
      on: loop, athena: AthenaClient(context, endpoint: endpoint, s3Endpoint: endpoint),
      authenticator: Authenticator(callers, on: loop, clock: { 1_763_799_353 }),
      configuration: .init(
        version: "0.1.0", hosts: hosts, proxies: proxies,
        policy: judging ?? policy.map { policy in { @Sendable in policy } }, basePath: basePath,
        sessions: sessions, codeSources: codeSources, openAPI: OpenAPIDocument.bytes),
      shared: shared)
    return try await body(gateway)
  }
}

extension Gateway {
  /// Answers a request of a program on this machine.
  func answer(
    _ method: HTTPRequest.Method, _ path: String, query: String? = nil,
    _ fields: [(name: String, value: String)] = [], content: String = ""
  ) async throws -> Response {
    try await respond(
      to: Request(
        method: method, path: path, query: query, authority: "localhost:8080",
        fields: FieldSection(fields), body: BufferedBody(Array(content.utf8))))
  }
}
