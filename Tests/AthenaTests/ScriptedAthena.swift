import AWSClient
import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import HTTPTypes
import SigV4

@testable import Athena

/// The contents that a scripted Athena was sent.
final class Contents: Sendable {
  private let contents = Lock<[String]>([])

  var all: [String] { contents.withLock { $0 } }

  func append(_ content: String) {
    contents.withLock { $0.append(content) }
  }
}

/// Runs `body` with a client of an Athena that gives the same answer to every call.
func withAthena<Value: Sendable>(
  answering answer: String, status: Int = 200, contents: Contents = Contents(),
  _ body: @escaping @Sendable (AthenaClient) async throws -> Value
) async throws -> Value {
  let thread = try LoopThread(name: "athena")
  defer { thread.stopAndJoin() }
  let loop = thread.loop
  return try await Task(executorPreference: loop) {
    let server = try HTTPServer(
      Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false), on: loop,
      refusal: { refusal, _ in Response(status: refusal.status) },
      handler: { request throws(Refusal) in
        let content = try await request.body.collect(upTo: 1 << 20)
        contents.append(String(decoding: content, as: UTF8.self))
        return Response(
          status: .init(code: status), fields: [HTTPField.Name("x-amz-request-id")!: "3L137"],
          content: .bytes(Array(answer.utf8)))
      })
    defer { server.close() }
    let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
    defer { client.close() }
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
    let context = AWSContext(
      on: loop, http: client, region: Region("eu-west-1")!,
      shared: AWSShared(
        credentials: CredentialsStore(credentials), retries: RetryPolicy(attempts: 1)),
      clock: { 1_763_799_353 })
    let endpoint = try Endpoint(parsing: "http://127.0.0.1:\(server.port)")
    return try await body(AthenaClient(context, endpoint: endpoint, s3Endpoint: endpoint))
  }.value
}
