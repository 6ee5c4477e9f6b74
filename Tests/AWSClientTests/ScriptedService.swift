import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import HTTPTypes
import SigV4

@testable import AWSClient

/// What the scripted service answers with.
struct Script: Sendable {
  enum Course: Sendable {
    case whole
    /// Half of the content, and the end of the connection.
    case cutOff
    /// Nothing, until the client has gone.
    case silent
  }

  var status = 200
  var content = "{}"
  var fields: HTTPFields = [:]
  var course = Course.whole

  /// What is sent, in good time.
  func response(on loop: EventLoop) async -> Response {
    let bytes = Array(content.utf8)
    var response = Response(
      status: .init(code: status), fields: fields, content: .bytes(bytes))
    switch course {
    case .whole: break
    case .cutOff:
      response.content = .stream(length: bytes.count) { writer in
        try await writer.write(Array(bytes.prefix(bytes.count / 2)))
      }
    case .silent: try? await loop.pause(for: .seconds(3600))
    }
    return response
  }
}

/// A request that the scripted service got.
struct Received: Sendable {
  let method: String
  let path: String
  let authority: String?
  let fields: FieldSection
  let content: String

  func field(_ name: String) -> String? { fields[HTTPField.Name(name)!] }
}

/// What the scripted service got, in order.
final class Log: Sendable {
  private let requests = Lock<[Received]>([])

  var all: [Received] { requests.withLock { $0 } }

  func append(_ request: Received) {
    requests.withLock { $0.append(request) }
  }
}

/// Runs `body` with what a service's client needs to call one that answers as the script says.
func withService<Value: Sendable>(
  answering script: Script, log: Log = Log(), sessionToken: String? = nil,
  _ body: @escaping @Sendable (AWSContext, String) async throws -> Value
) async throws -> Value {
  let thread = try LoopThread(name: "service")
  defer { thread.stopAndJoin() }
  let loop = thread.loop
  return try await Task(executorPreference: loop) {
    let server = try serve(script, log, on: loop)
    defer { server.close() }
    let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
    defer { client.close() }
    let credentials = Credentials(
      accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: sessionToken)
    let context = AWSContext(
      on: loop, http: client, region: Region("eu-west-1")!,
      shared: AWSShared(
        credentials: CredentialsStore(credentials), retries: RetryPolicy(attempts: 1)),
      clock: { 1_763_799_353 })
    return try await body(context, "http://127.0.0.1:\(server.port)")
  }.value
}

private func serve(_ script: Script, _ log: Log, on loop: EventLoop) throws -> HTTPServer {
  try HTTPServer(
    Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false), on: loop,
    refusal: { refusal, _ in Response(status: refusal.status) },
    handler: { request throws(Refusal) in
      let content = try await request.body.collect(upTo: 1 << 20)
      log.append(
        Received(
          method: request.method.rawValue, path: request.path, authority: request.authority,
          fields: request.fields, content: String(decoding: content, as: UTF8.self)))
      var fields = script.fields
      fields[.amzRequestID] = "3L137"
      return Response(
        status: .init(code: script.status), fields: fields,
        content: .bytes(Array(script.content.utf8)))
    })
}
