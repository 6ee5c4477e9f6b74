import EventLoop
import Glibc
import HTTPServer
import JSON
import Testing

@testable import LocalAthena

/// A local Athena on a loop of its own and a free port, with its outputs in a directory of its own.
///
/// `@unchecked`: the local Athena is touched on its loop alone, and set before anybody else can see it.
final class LocalServer: @unchecked Sendable {
  let port: UInt16
  let directory: String
  private let thread: LoopThread
  private let athena: LocalAthena

  /// Serves for the time of `body`, with the default options but for one.
  ///
  /// - Parameter host: Where it listens; to be reached on 127.0.0.1 in every case.
  static func with<Value>(
    _ option: WritableKeyPath<LocalAthena.Options, Value>, _ value: Value,
    listeningOn host: String = "127.0.0.1", _ body: (LocalServer) async throws -> Void
  ) async throws {
    var options = LocalAthena.Options()
    options[keyPath: option] = value
    let server = try await LocalServer(options, host)
    do {
      try await body(server)
    } catch {
      await server.close()
      throw error
    }
    await server.close()
  }

  static func with(_ body: (LocalServer) async throws -> Void) async throws {
    try await with(\.temporaryDirectory, nil, listeningOn: "127.0.0.1", body)
  }

  private init(_ options: LocalAthena.Options, _ host: String) async throws {
    var options = options
    var template = Array("/tmp/local-athena-tests-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let directory = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    options.temporaryDirectory = directory
    self.directory = directory
    thread = try LoopThread(name: "local-athena")
    let (loop, given) = (thread.loop, options)
    let holder = Holder()
    try await loop.run {
      let address = try ListenAddress(host: host, port: 0)
      holder.athena = try LocalAthena(listeningOn: address, on: loop, options: given)
    }
    athena = try #require(holder.athena)
    port = try await loop.run { holder.athena?.port ?? 0 }
  }

  func close() async {
    await onLoop { await $0.close() }
    thread.stopAndJoin()
    // The private directory is gone already, so this one is empty.
    #expect(rmdir(directory) == 0, "outputs are left behind")
  }

  /// Runs a task on the loop, with the local Athena.
  private func onLoop(_ body: @escaping @Sendable (LocalAthena) async -> Void) async {
    let loop = thread.loop
    await withCheckedContinuation { done in
      Task {
        try await loop.run {
          loop.spawn {
            await body(self.athena)
            done.resume()
          }
        }
      }
    }
  }

  func pause(_ duration: Duration = .milliseconds(10)) async {
    try? await Task.sleep(for: duration)
  }

  /// `@unchecked`: written and read on the loop, then by the one initializer that waits for it.
  private final class Holder: @unchecked Sendable {
    var athena: LocalAthena?
  }

  // MARK: Calls

  func send(_ request: TestRequest) async throws -> TestResponse {
    try await request.send(to: port)
  }

  /// A signed call of Athena.
  func call(_ operation: String, _ input: String) async throws -> TestResponse {
    try await send(.athena(operation, input))
  }

  private func submit(
    _ code: String, more: String = "", session: String
  ) async throws -> TestResponse {
    var writer = JSONWriter()
    writer.string(code)
    let code = String(decoding: writer.bytes, as: UTF8.self)
    return try await call(
      "StartCalculationExecution", #"{"SessionId":"\#(session)","CodeBlock":\#(code)\#(more)}"#)
  }

  /// Starts a calculation, which has to be taken, and returns its id.
  func start(_ code: String, more: String = "", session: String = "demo") async throws -> String {
    let response = try await submit(code, more: more, session: session)
    try #require(response.status == 200, "\(response.text)")
    return try #require(response.json["CalculationExecutionId"]?.asString)
  }

  /// The least that StartSession takes.
  static let session = #"{"WorkGroup":"primary","EngineConfiguration":{}}"#

  /// Starts a session and returns its id.
  func startSession(more: String = "") async throws -> String {
    let response = try await call("StartSession", "\(Self.session.dropLast())\(more)}")
    try #require(response.status == 200, "\(response.text)")
    return try #require(response.json["SessionId"]?.asString)
  }

  /// Asks until the session has got that far.
  func wait(forSession id: String, _ states: Set<String>) async throws -> JSONValue {
    for _ in 0..<4000 {
      let response = try await call("GetSession", #"{"SessionId":"\#(id)"}"#)
      try #require(response.status == 200, "\(response.text)")
      if states.contains(response.json.state) { return response.json }
      await pause()
    }
    throw Failure("it never became one of \(states)")
  }

  /// Starts a calculation in a session of its own, which on a machine that is slow for a moment can idle
  /// out before it is used: then in another one.
  func startInNewSession(
    _ code: String, more: String
  ) async throws -> (session: String, calculation: String) {
    for _ in 0..<20 {
      let id = try await startSession(more: more)
      _ = try await wait(forSession: id, ["IDLE", "TERMINATED"])
      let response = try await submit(code, session: id)
      if response.status == 200 {
        return (id, try #require(response.json["CalculationExecutionId"]?.asString))
      }
    }
    throw Failure("no session was there for long enough")
  }

  func calculation(_ id: String) async throws -> JSONValue {
    let response = try await call(
      "GetCalculationExecution", #"{"CalculationExecutionId":"\#(id)"}"#)
    try #require(response.status == 200, "\(response.text)")
    return response.json
  }

  /// Asks until the calculation has got that far.
  func wait(for id: String, _ states: Set<String>) async throws -> JSONValue {
    for _ in 0..<4000 {
      let calculation = try await calculation(id)
      if states.contains(calculation.state) { return calculation }
      await pause()
    }
    throw Failure("it never became one of \(states)")
  }

  /// Runs code to its end.
  func run(_ code: String) async throws -> JSONValue {
    try await wait(for: start(code), ["COMPLETED", "FAILED", "CANCELED"])
  }

  func output(_ name: String, of calculation: JSONValue) async throws -> TestResponse {
    let uri = try #require(calculation["Result"]?[name]?.asString)
    return try await send(.s3("GET", String(uri.dropFirst("s3:/".count))))
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension JSONValue {
  var state: String { self["Status"]?["State"]?.asString ?? "" }
  var reason: String { self["Status"]?["StateChangeReason"]?.asString ?? "" }
}
