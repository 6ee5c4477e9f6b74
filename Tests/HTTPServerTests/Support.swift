import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes
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
  for (offset, byte) in bytes.enumerated() { start[offset] = byte }
  return try body(UnsafeBufferPointer(start: start, count: bytes.count).span)
}

// MARK: The server

/// A server on a port of the system's choice and a loop of its own.
final class TestServer: @unchecked Sendable {
  let thread: LoopThread
  let port: UInt16
  // Touched on the loop alone.
  private var server: HTTPServer?

  init(
    _ limits: Limits, _ handler: @escaping @Sendable (Request) async throws(Refusal) -> Response
  ) async throws {
    let thread = try LoopThread(name: "server")
    self.thread = thread
    let server = try await thread.loop.run {
      let listener = try Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false)
      let server = try HTTPServer(
        listener, on: thread.loop, limits: limits,
        refusal: { refusal in
          Response(status: refusal.status, content: .bytes(Array("\(refusal)".utf8)))
        },
        handler: handler)
      return Held(server)
    }
    port = server.value.port
    self.server = server.value
  }

  /// Ends the server, and leaves its loop running.
  func close() async throws {
    try await thread.loop.run {
      self.server?.close()
      self.server = nil
    }
  }

  func connectionCount() async throws -> Int {
    try await thread.loop.run { self.server?.connectionCount ?? 0 }
  }

  /// Returns once the server has no connection, and no descriptor but the one it listens on.
  func becomesIdle() async throws {
    try await eventually { try await self.connectionCount() == 0 && self.descriptorCount == 1 }
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
  limits: Limits = Limits(),
  handler: @escaping @Sendable (Request) async throws(Refusal) -> Response,
  _ body: (TestServer) async throws -> Void
) async throws {
  let server = try await TestServer(limits, handler)
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

/// Suspends a handler without occupying its loop.
func pause(_ duration: Duration) async {
  try? await Task.sleep(for: duration)
}

// MARK: The client

struct Answer: Equatable {
  var status = 0
  var fields: [String: String] = [:]
  var content: [UInt8] = []
}

/// A blocking socket that gives up after 20 seconds of silence.
final class Client {
  enum Failure: Error, Equatable {
    /// The peer closed in order.
    case ended
    case reset
    case silence
    case other(Int32)
  }

  private(set) var descriptor: Int32
  /// Received and not used yet.
  private var buffer: [UInt8] = []

  init(_ server: TestServer, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var time = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafeBytes(of: &address) {
      connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    guard result == 0 else { throw Failure.other(errno) }
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Closes so that the peer is told of a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, 8)
    close()
  }

  func finishSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func send(_ text: String) throws {
    try send(bytes: latin1(text))
  }

  func send(bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Self.failure(errno) }
      sent += count
    }
  }

  /// Whether something has come, an end among it.
  var hasBytes: Bool {
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&watched, 1, 0) > 0
  }

  /// Waits for more bytes.
  func receive() throws {
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count != 0 else { throw Failure.ended }
    guard count > 0 else { throw Self.failure(errno) }
    buffer += bytes[..<count]
  }

  private static func failure(_ code: Int32) -> Failure {
    switch code {
    case EAGAIN: .silence
    case ECONNRESET, EPIPE: .reset
    default: .other(code)
    }
  }

  func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try receive() }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  /// A line without its CRLF.
  func line() throws -> String {
    var searched = 0
    while true {
      if let end = buffer[searched...].firstIndex(of: 10) {
        defer { buffer.removeFirst(end + 1) }
        return text(Array(buffer[..<(end - 1)]))
      }
      searched = buffer.count
      try receive()
    }
  }

  /// What comes until the peer closes, and how it closes.
  func rest() -> (bytes: [UInt8], end: Failure?) {
    do {
      while true { try receive() }
    } catch {
      defer { buffer = [] }
      return (buffer, error as? Failure)
    }
  }

  func head() throws -> Answer {
    let words = try line().split(separator: " ")
    var answer = Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0)
    while case let line = try line(), !line.isEmpty {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    return answer
  }

  func answer(toHead isHead: Bool = false) throws -> Answer {
    var answer = try head()
    if isHead || answer.status == 204 || answer.status == 304 || answer.status < 200 {
      return answer
    }
    if let length = answer.fields["content-length"] {
      answer.content = try take(Int(length)!)
    } else if answer.fields["transfer-encoding"] == "chunked" {
      while case let size = Int(try line(), radix: 16)!, size > 0 {
        answer.content += try take(size)
        #expect(try line() == "")
      }
      #expect(try line() == "")
    } else {
      let (bytes, end) = rest()
      guard end == .ended else { throw end! }
      answer.content = bytes
    }
    return answer
  }

  /// Whether the peer closes in order, and sends nothing more before.
  func isClosed() -> Bool {
    let (bytes, end) = rest()
    return bytes.isEmpty && end == .ended
  }
}
