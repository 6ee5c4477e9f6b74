import EventLoop
import HTTPMessage

/// A client's connection: a head is read, its exchange runs, the next head is read.
///
/// It is told of changes once (edge-triggered) and remembers what it was told, so that a request on a
/// kept connection costs one read and one write. An idle connection holds no buffer.
final class Connection: EventHandler {
  private enum Phase {
    /// Between requests: not a byte of the next one has come.
    case idle
    case head
    case exchange(Exchange)
    /// The answer is sent, the sending half closed; what still comes is thrown away (RFC 9112 §9.6),
    /// since closing on unread bytes would reset the connection and with it the answer.
    case lingering
    case closed
  }

  /// Why the bytes of an answer did not reach the peer.
  enum SendError: Error {
    case closed
  }

  private unowned let server: HTTPServer
  private var socket: Socket?
  private var registration: Registration?
  private var deadline: Deadline?
  private var phase = Phase.idle
  /// Bytes read and not used yet: an unfinished head, or the beginning of the next request.
  private var input: [UInt8] = []
  /// What is being sent.
  private var output: [UInt8] = []
  /// How many of `output` the kernel has taken.
  private var sent = 0
  private var writer: UnsafeContinuation<Void, Never>?
  private var isReadable = false
  private var peerHasClosed = false

  init(_ descriptor: consuming FileDescriptor, server: HTTPServer) throws(SystemError) {
    self.server = server
    let socket = Socket(descriptor)
    let raw = socket.rawValue
    self.socket = consume socket
    registration = try server.loop.register(
      raw, [.readable, .writable, .peerClosed, .onChange], handler: self)
    deadline = server.loop.makeDeadline { [unowned self] in deadlineReached() }
    deadline?.arm(after: server.limits.idle)
  }

  // MARK: Events

  func handle(_ readiness: Readiness) {
    // Reset, or closed in both directions: nobody is left to read an answer.
    guard readiness.isDisjoint(with: .failed) else { return close() }
    if readiness.contains(.peerClosed) { peerHasClosed = true }
    if !readiness.isDisjoint(with: [.readable, .peerClosed]) { isReadable = true }
    if readiness.contains(.writable), !output.isEmpty { flush() }
    read()
  }

  private func deadlineReached() {
    switch phase {
    case .idle: close()
    case .head: refuse(.timeout)
    case .exchange(let exchange) where exchange.isReading: exchange.fail(.timeout)
    case .exchange, .lingering: close()
    case .closed: break
    }
  }

  // MARK: Reading

  /// Reads while the phase wants bytes. What it does not want stays in the kernel, which makes the
  /// peer wait.
  private func read() {
    while isReadable {
      switch phase {
      case .idle, .head: receive { parse($0) }
      case .exchange(let exchange) where exchange.isReading:
        receive { bytes in
          let count = exchange.consume(bytes)
          input.append(bytes, count..<bytes.count)
        }
      // Once an event, so that a peer that never stops sending leaves the loop to others.
      case .lingering: return receive { _ in }
      case .exchange, .closed: return
      }
    }
  }

  private func receive(_ use: (Span<UInt8>) -> Void) {
    let outcome = server.scratch.withUnsafeMutableBytes { buffer in
      socket?.receive(into: buffer) ?? .ended
    }
    switch outcome {
    case .bytes(let count):
      // A buffer that was not filled has emptied the socket (epoll(7)), but an end may stand behind.
      if count < server.scratch.count, !peerHasClosed { isReadable = false }
      let scratch = server.scratch
      use(scratch.span.extracting(0..<count))
    case .wouldBlock: isReadable = false
    case .ended:
      isReadable = false
      endOfInput()
    }
  }

  private func endOfInput() {
    switch phase {
    case .exchange(let exchange): exchange.fail(.disconnected)
    case .idle, .head, .lingering: close()
    case .closed: break
    }
  }

  /// Takes new bytes of a head.
  private func parse(_ bytes: Span<UInt8>) {
    guard !input.isEmpty else { return judge(bytes) }
    // A head can only have become whole, or wrong, with a line; and a sender of single bytes must not
    // have them all read again for each.
    let isWorthALook = bytes.firstIndex(of: .lf, in: 0..<bytes.count) != nil || input.count < 64
    input.append(bytes, 0..<bytes.count)
    guard isWorthALook || input.count >= server.limits.head else { return }
    var whole: [UInt8] = []
    swap(&whole, &input)
    judge(whole.span)
  }

  private func judge(_ bytes: Span<UInt8>) {
    switch server.parser.parse(bytes) {
    case .complete(let head, let length):
      begin(head, rest: bytes.extracting(length..<bytes.count))
    case .needsMore:
      // The empty line that is forgiven before a request is not the beginning of one.
      if case .idle = phase, !RequestParser.isEmptyLine(bytes) {
        phase = .head
        deadline?.arm(after: server.limits.headDeadline)
      }
      input = bytes.copy(0..<bytes.count)
    case .malformed(let refusal): refuse(refusal)
    }
  }

  // MARK: Exchanges

  private func begin(_ head: RequestHead, rest: Span<UInt8>) {
    deadline?.disarm()
    // A content that is too long by its own word is refused where it is asked for: the host, the route
    // and the method are judged before it.
    let body = Result { () throws(Refusal) in
      try BodyReader(head.framing, limits: server.limits)
    }
    let exchange = Exchange(head, body: body, connection: self)
    let count = exchange.consume(rest)
    input = rest.copy(count..<rest.count)
    phase = .exchange(exchange)
    let request = Request(head, scheme: server.scheme, body: exchange)
    if head.expectation == .unknown {
      server.refuse(.expectation, of: request, exchange)
    } else {
      server.serve(request, exchange)
    }
  }

  private func refuse(_ refusal: Refusal) {
    deadline?.disarm()
    input = []
    let exchange = Exchange(refusingOn: self)
    phase = .exchange(exchange)
    server.refuse(refusal, of: nil, exchange)
  }

  /// The handler wants the request's content.
  func readBody(sendsContinue: Bool) {
    if sendsContinue {
      output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
      flush()
    }
    deadline?.arm(after: server.limits.bodyDeadline)
    read()
  }

  /// The handler has what it waited for.
  func stopReadingBody() {
    deadline?.disarm()
  }

  /// The answer is sent.
  func finish(closes: Bool) {
    guard case .exchange = phase else { return }
    guard !closes else { return linger() }
    phase = .idle
    deadline?.arm(after: server.limits.idle)
    if !input.isEmpty {
      var next: [UInt8] = []
      swap(&next, &input)
      judge(next.span)
    }
    read()
  }

  private func linger() {
    phase = .lingering
    input = []
    socket?.shutDownSending()
    deadline?.arm(after: server.limits.linger)
    do {
      // As long as bytes are there, instead of when more have come.
      try registration?.setInterest([.readable])
    } catch {
      close()
    }
  }

  /// Ends the connection at once. What waits for it hears so, and a peer that waits for the rest of an
  /// answer can't take the part for the whole.
  func close() {
    guard let exchange = takeForClosing() else { return }
    exchange.fail(.disconnected)
  }

  /// Frees everything, and returns the exchange that ran.
  private func takeForClosing() -> Exchange? {
    defer { phase = .closed }
    if case .closed = phase { return nil }
    if case .exchange = phase { socket?.resetOnClose() }
    (input, output, sent) = ([], [], 0)
    // The registration first: its number may be another connection's once the socket is closed.
    registration = nil
    socket = nil
    deadline = nil
    writer?.resume()
    writer = nil
    server.connectionDidClose(self)
    return if case .exchange(let exchange) = phase { exchange } else { nil }
  }

  // MARK: Writing

  /// Sends a head with its content in one write.
  func send(
    _ response: borrowing Response, _ framing: ResponseEncoder.Framing, closes: Bool,
    content: [UInt8]
  ) async throws(SendError) {
    try prepareOutput()
    server.encoder.head(response, framing: framing, closes: closes, into: &output)
    output.append(contentsOf: content)
    try await drain()
  }

  /// Sends what `encode` appends, and waits until the kernel has taken it.
  func send(_ encode: (inout [UInt8]) -> Void) async throws(SendError) {
    try prepareOutput()
    encode(&output)
    try await drain()
  }

  /// The server may be gone too, once the connection is closed.
  private func prepareOutput() throws(SendError) {
    if case .closed = phase { throw .closed }
    if output.isEmpty { server.takeOutput(&output) }
  }

  private func drain() async throws(SendError) {
    flush()
    if !output.isEmpty {
      deadline?.arm(after: server.limits.writeStall)
      await withUnsafeContinuation { writer = $0 }
      deadline?.disarm()
    }
    if case .closed = phase { throw .closed }
  }

  /// Sends until the kernel takes no more; it tells when it does again.
  private func flush() {
    while sent < output.count {
      switch socket?.send(output.span.extracting(sent..<output.count)) ?? .ended {
      case .bytes(let count):
        sent += count
        if writer != nil { deadline?.arm(after: server.limits.writeStall) }
      case .wouldBlock: return
      case .ended: return close()
      }
    }
    output.removeAll(keepingCapacity: true)
    sent = 0
    server.giveBackOutput(&output)
    writer?.resume()
    writer = nil
  }
}
