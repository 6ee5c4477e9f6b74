import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

// MARK: Bytes

/// The bytes of a text whose every scalar is one byte.
func latin1(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8($0.value) }
}

func text(_ bytes: [UInt8]) -> String {
  String(decoding: bytes, as: UTF8.self)
}

/// Hands the bytes over in memory where the byte behind the last one must not be touched.
func withGuarded<Value, Failure: Error>(
  _ bytes: ArraySlice<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Value
) throws(Failure) -> Value {
  let page = 4096
  let size = (bytes.count + page - 1) / page * page
  let map = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
  defer { munmap(map, size + page) }
  mprotect(map + size, page, PROT_NONE)
  let start = (map + size - bytes.count).bindMemory(to: UInt8.self, capacity: bytes.count)
  bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(start, base, $0.count) } }
  return try body(UnsafeBufferPointer(start: start, count: bytes.count).span)
}

// MARK: The server

/// A handler that may be carried to the server's loop.
typealias TestHandler = @Sendable (Request) async throws(Refusal) -> Response

/// A server on a port of the system's choice and a loop of its own.
final class TestServer: @unchecked Sendable {
  let thread: LoopThread
  let port: UInt16
  // Touched on the loop alone.
  private var server: HTTPServer?
  /// The descriptors on the port before anybody connects: the listener, and what another test may still
  /// hold of a server that had the port before.
  private(set) var restingDescriptors = 0

  init(
    _ limits: Limits, tls: TLSContext? = nil, _ handler: @escaping TestHandler
  ) async throws {
    let thread = try LoopThread(name: "server")
    self.thread = thread
    let server = try await thread.loop.run {
      let listener = try Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false)
      let server = try HTTPServer(
        listener, on: thread.loop, limits: limits, tls: tls,
        refusal: { refusal, _ in
          Response(status: refusal.status, content: .bytes(Array("\(refusal)".utf8)))
        },
        isServedWhenFull: { $0.path == "/livez" }, handler: handler)
      return Held(server)
    }
    port = server.value.port
    self.server = server.value
    restingDescriptors = descriptorCount
  }

  /// Ends the server, and leaves its loop running.
  func close() async throws {
    try await thread.loop.run {
      self.server?.close()
      self.server = nil
    }
  }

  /// Lets every connection end with its next answer.
  func endConnectionsGently() async throws {
    try await thread.loop.run { self.server?.endConnectionsGently() }
  }

  /// Begins to drain, and calls `body` at the end of it.
  func drain(
    within duration: Duration = .seconds(60), _ body: @escaping @Sendable () -> Void
  ) async throws {
    try await thread.loop.run {
      guard let server = self.server else { return }
      self.thread.loop.spawn {
        await server.drain(before: .now + duration)
        body()
      }
    }
  }

  func unansweredCount() async throws -> Int {
    try await thread.loop.run { self.server?.unansweredCount ?? 0 }
  }

  /// Begins to drain. On the loop.
  func drainNow() {
    guard let server else { return }
    thread.loop.spawn { await server.drain() }
  }

  func connectionCount() async throws -> Int {
    try await thread.loop.run { self.server?.connectionCount ?? 0 }
  }

  /// Returns once the server has no connection, and no descriptor but those it began with.
  func becomesIdle() async throws {
    try await eventually {
      try await self.connectionCount() == 0 && self.descriptorCount <= self.restingDescriptors
    }
  }

  /// The process's descriptors that are bound to the server's port.
  var descriptorCount: Int {
    (0..<Int32(sysconf(Int32(_SC_OPEN_MAX)))).count { descriptor in
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutableBytes(of: &address) {
        getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
      }
      return result == 0 && address.sin_family == AF_INET && address.sin_port == port.bigEndian
    }
  }
}

/// Carries what is used on one thread only.
private struct Held<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}

/// Runs a server as long as `body` runs, and sees it give back all it took.
func withServer(
  limits: Limits = Limits(), tls: TLSContext? = nil, handler: @escaping TestHandler,
  _ body: (TestServer) async throws -> Void
) async throws {
  let server = try await TestServer(limits, tls: tls, handler)
  defer { server.thread.stopAndJoin() }
  do {
    try await body(server)
    try await server.becomesIdle()
  } catch {
    try await server.close()
    throw error
  }
  try await server.close()
}

struct NeverHappened: Error {}

/// Returns when the condition has come true; fails after 20 seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
  let limit = Instant.now + .seconds(20)
  while try await !condition() {
    guard Instant.now < limit else { throw NeverHappened() }
    await Task.yield()
  }
}

/// Answers with the method, the target and the content.
@Sendable func echo(_ request: Request) async throws(Refusal) -> Response {
  let content = try await request.body.collect(upTo: 1 << 20)
  let line = "\(request.method.rawValue) \(request.path) \(request.query ?? "-")\n"
  return Response(status: .ok, content: .bytes(Array(line.utf8) + content))
}

/// Answers and never asks for the content.
@Sendable func ignore(_ request: Request) async throws(Refusal) -> Response {
  Response(status: .ok, content: .bytes(Array("ignored \(request.path)".utf8)))
}

/// A number that handlers and tests share.
final class Counter: Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .relaxed) }

  func add(_ amount: Int) {
    number.add(amount, ordering: .relaxed)
  }
}

/// Suspends a handler without occupying its loop.
func pause(_ duration: Duration) async {
  try? await Task.sleep(for: duration)
}

/// Holds handlers back until it is opened.
final class Gate: Sendable {
  private let waiter = Lock<CheckedContinuation<Void, Never>?>(nil)

  func wait() async {
    await withCheckedContinuation { continuation in waiter.withLock { $0 = continuation } }
  }

  func hasWaiter() async throws {
    try await eventually { self.waiter.withLock { $0 != nil } }
  }

  func open() {
    waiter.withLock { waiter in
      waiter?.resume()
      waiter = nil
    }
  }
}
