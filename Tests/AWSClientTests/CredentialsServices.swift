import EventLoop
import Glibc
import HTTPClient
import HTTPMessage
import HTTPServer
import HTTPTypes

@testable import AWSClient

/// When the tests of sources take place: 2025-11-22T08:15:53Z.
let testMoment = 1_763_799_353

/// Runs `body` with a source's tools and the URL of a service that answers as `answer` says.
func withTools<Value: Sendable>(
  log: Log = Log(), at moment: Int = testMoment, clockOffset: ClockOffset = ClockOffset(),
  retries: RetryPolicy = RetryPolicy(),
  answering answer: @escaping @Sendable (Received) -> Script = { _ in Script(status: 404) },
  _ body: @escaping @Sendable (CredentialsTools, String) async throws -> Value
) async throws -> Value {
  let thread = try LoopThread(name: "service")
  defer { thread.stopAndJoin() }
  let loop = thread.loop
  return try await Task(executorPreference: loop) {
    let server = try HTTPServer(
      Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false), on: loop,
      refusal: { refusal, _ in Response(status: refusal.status) },
      handler: { request throws(Refusal) in
        let content = try await request.body.collect(upTo: 1 << 20)
        let query = request.query.map { "?\($0)" } ?? ""
        let received = Received(
          method: request.method.rawValue, path: request.path + query,
          authority: request.authority, fields: request.fields,
          content: String(decoding: content, as: UTF8.self))
        log.append(received)
        return await answer(received).response(on: loop)
      })
    defer { server.close() }
    let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
    defer { client.close() }
    return try await body(
      CredentialsTools(
        loop: loop, http: client, clock: { moment }, clockOffset: clockOffset,
        retries: retries),
      "http://127.0.0.1:\(server.port)")
  }.value
}

/// A folder that is somebody's home: the files that a test puts there, and nothing else.
final class TestHome: Sendable {
  let path: String
  private let paths = Lock<[String]>([])

  init() {
    var template = Array("/tmp/aws-home-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no directory")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    for folder in ["/.aws", "/.aws/sso", "/.aws/sso/cache"] { makeFolder(path + folder) }
  }

  /// Removes what it has made, one by one, the latest first.
  deinit {
    for path in paths.withLock({ $0 }).reversed() { remove(path) }
    rmdir(path)
  }

  func write(_ name: String, _ content: String, mode: mode_t = 0o600) {
    let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(file >= 0 && Glibc.write(file, content, content.utf8.count) == content.utf8.count)
    close(file)
    paths.withLock { $0.append("\(path)/\(name)") }
  }

  func makeFolder(_ path: String) {
    precondition(mkdir(path, 0o700) == 0)
    paths.withLock { $0.append(path) }
  }

  func environment(_ variables: [String: String] = [:]) -> AWSEnvironment {
    AWSEnvironment(variables.merging(["HOME": path]) { $1 })
  }

  func files(_ variables: [String: String] = [:], profile: String? = nil) -> ProfileFiles {
    ProfileFiles(environment: environment(variables), profile: profile)
  }
}

extension Endpoints {
  /// All services at one URL.
  static func all(at url: String) throws -> Endpoints {
    try AWSSettings(environment: AWSEnvironment(["AWS_ENDPOINT_URL": url]), profiles: nil).endpoints
  }
}

extension STSClient {
  init(at url: String) throws {
    self.init(endpoint: try Endpoint(parsing: url), region: Region("eu-west-1")!)
  }
}

extension CredentialsSource {
  /// What it gives or why it gives nothing.
  func outcome(
    with tools: CredentialsTools
  ) async -> Result<ResolvedCredentials?, CredentialsError> {
    do throws(CredentialsError) {
      return .success(try await resolve(with: tools))
    } catch {
      return .failure(error)
    }
  }
}
