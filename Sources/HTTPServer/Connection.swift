import EventLoop
import HTTPMessage

/// A client's connection: a head is read, its exchange runs, the next head is read.
///
/// It is told of changes once (edge-triggered) and remembers what it was told, so that a request on a
/// kept connection costs one read and one write. An idle connection holds no buffer.
final class Connection: EventHandler {
  private enum Phase {
    /// TLS is being agreed on.
    case handshake
    /// Between requests: not a byte of the next one has come.
    case idle
    case head
    case exchange(Exchange)
    /// The answer is sent, and the end of the sending half waits for room in the kernel.
    case ending
    /// The answer is sent, the sending half closed; what still comes is thrown away (RFC 9112 §9.6),
    /// since closing on unread bytes would reset the connection and with it the answer.
    case lingering
    case closed
  }

  /// Why the bytes of an answer did not reach the peer.
  enum SendError: Error {
    case closed
  }

  /// Why there is a place for the connection.
  enum Place {
    case regular
    /// All others are taken: one small request, of the kind that is served even then.
    case reserve
  }

  /// How long a drain waits for a request that may be on its way already.
  private static let idleWhileDraining = Duration.seconds(1)

  /// Reads before other connections have their turn: TLS may hand over a byte at a time.
  private static let readsInARow = 64

  let place: Place
  private unowned let server: HTTPServer
  private var socket: Transport?
  private var registration: Registration?
  private var deadline: Deadline?
  private var phase = Phase.idle
  private var clientCertificate: ClientCertificate?
  /// Bytes read and not used yet: an unfinished head, or the beginning of the next request.
  private var input: [UInt8] = []
  private var outbox = Outbox()
  /// What the content that is awaited, or the answer that is being taken, is held to.
  private var pace: Pace?
  /// How much of that answer has been taken.
  private var taken = 0
  private var requests = 0
  /// How many of them in a row had come before the answer to the one before.
  private var pipelined = 0
  private var isReadable = false
  private var peerHasClosed = false

  init(
    _ descriptor: consuming FileDescriptor, in place: Place, of server: HTTPServer
  ) throws(SystemError) {
    self.place = place
    self.server = server
    let socket = try Transport(descriptor, tls: server.tls)
    let raw = socket.rawValue
    self.socket = consume socket
    registration = try server.loop.register(
      raw, [.readable, .writable, .peerClosed, .onChange], handler: self)
    deadline = server.loop.makeDeadline { [unowned self] in deadlineReached() }
    if server.tls == nil {
      armForIdling()
    } else {
      phase = .handshake
      armForHandshake()
    }
  }

  private var limits: Limits { server.limits(in: place) }

  /// Whether the request in work is the connection's last.
  var isSpent: Bool {
    server.isDraining || requests >= limits.requests || pipelined >= limits.pipelined
  }

  // MARK: Events

  func handle(_ readiness: Readiness) {
    // Reset, or closed in both directions: nobody is left to read an answer.
    guard readiness.isDisjoint(with: .failed) else { return close() }
    if readiness.contains(.peerClosed) { peerHasClosed = true }
    let mixesDirections = socket?.mixesDirections ?? false
    if mixesDirections || !readiness.isDisjoint(with: [.readable, .peerClosed]) {
      isReadable = true
    }
    if mixesDirections || readiness.contains(.writable) { write() }
    read()
  }

  private func deadlineReached() {
    switch phase {
    case .handshake, .idle, .ending, .lingering: close()
    case .head: refuse(.timeout)
    case .exchange(let exchange) where exchange.isReading: exchange.fail(.timeout)
    case .exchange(let exchange) where exchange.isAnswering: close()
    case .exchange(let exchange): giveUp(exchange)
    case .closed: break
    }
  }

  /// The handler has had its time: the server answers, and what the handler still says is not heard.
  private func giveUp(_ exchange: Exchange) {
    guard let request = exchange.request else { return }
    // First, so that it comes before what a handler says when it is cancelled.
    server.refuse(.handlerTimeout, of: request, exchange)
    exchange.abandon()
  }

  private func armForHandshake() {
    arm(limits.handshakeDeadline)
  }

  private func armForIdling() {
    arm(limits.idle)
  }

  /// Arms the deadline of a connection on which no request has begun.
  private func arm(_ limit: Duration) {
    deadline?.arm(after: server.isDraining ? min(limit, Self.idleWhileDraining) : limit)
  }

  /// No request may follow but one that is on its way already.
  func drain() {
    switch phase {
    case .handshake: armForHandshake()
    case .idle: armForIdling()
    case .head, .exchange, .ending, .lingering, .closed: break
    }
  }

  // MARK: The handshake

  private func shakeHands() {
    switch socket?.handshake() ?? .failed {
    case .complete:
      clientCertificate = socket?.clientCertificate()
      phase = .idle
      armForIdling()
    case .wouldBlock: isReadable = false
    // For the peer to read why.
    case .failed: linger()
    case .plainHTTP:
      socket?.leaveTLS()
      refuse(.malformed("this port speaks TLS; the URL begins with https://"))
    }
  }

  // MARK: Reading

  /// Reads while the phase wants bytes, and no more than it may have to keep. What it does not want
  /// stays in the kernel, which makes the peer wait.
  private func read() {
    var budget = Self.readsInARow
    while isReadable {
      guard budget > 0 else { return readLater() }
      budget -= 1
      switch phase {
      case .handshake: shakeHands()
      case .idle, .head: receive(upTo: limits.head) { parse($0) }
      case .exchange(let exchange) where exchange.isReading:
        receive(upTo: exchange.wantedCount ?? limits.head) { bytes in
          let count = exchange.consume(bytes)
          input.append(bytes, count..<bytes.count)
          if exchange.isReading { armForContent(of: exchange) }
        }
      // Once an event, so that a peer that never stops sending leaves the loop to others.
      case .lingering: return receive(upTo: .max) { _ in }
      case .exchange, .ending, .closed: return
      }
    }
  }

  /// No event will tell of what is there already.
  private func readLater() {
    server.loop.spawn { [weak self] in self?.read() }
  }

  private func receive(upTo limit: Int, _ use: (Span<UInt8>) -> Void) {
    let size = min(limit, server.scratch.count)
    let outcome = server.scratch.withUnsafeMutableBytes { buffer in
      socket?.receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])) ?? .ended
    }
    switch outcome {
    case .bytes(let count):
      // An end may stand behind.
      if socket?.isEmptied(byReading: count, of: size) ?? true, !peerHasClosed {
        isReadable = false
      }
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
    case .handshake, .idle, .head, .ending, .lingering: close()
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
    guard isWorthALook || input.count >= limits.head else { return }
    var whole: [UInt8] = []
    swap(&whole, &input)
    judge(whole.span)
  }

  private func judge(_ bytes: Span<UInt8>) {
    switch RequestParser(limits: limits).parse(bytes) {
    case .complete(let head, let length):
      begin(head, rest: bytes.extracting(length..<bytes.count))
    case .needsMore:
      // The empty line that is forgiven before a request is not the beginning of one.
      if case .idle = phase, !RequestParser.isEmptyLine(bytes) {
        phase = .head
        deadline?.arm(after: limits.headDeadline)
      }
      input = bytes.copy(0..<bytes.count)
    case .malformed(let refusal): refuse(refusal)
    }
  }

  // MARK: Exchanges

  private func begin(_ head: RequestHead, rest: Span<UInt8>) {
    requests += 1
    // A content that is too long by its own word is refused where it is asked for: the host, the route
    // and the method are judged before it.
    let body = Result { () throws(Refusal) in try BodyReader(head.framing, limits: limits) }
    let exchange = Exchange(
      head, body: body, deadline: server.loop.now + limits.requestDeadline, connection: self,
      budget: server.contentBudget)
    deadline?.arm(at: exchange.deadline)
    let count = exchange.consume(rest)
    input = rest.copy(count..<rest.count)
    phase = .exchange(exchange)
    let request = Request(
      head, scheme: server.scheme, clientCertificate: clientCertificate, body: exchange)
    if head.expectation == .unknown {
      server.refuse(.expectation, of: request, exchange)
    } else if place == .reserve, !server.isServedWhenFull(request) {
      server.refuse(.overloaded, of: request, exchange)
    } else {
      server.serve(request, exchange)
    }
  }

  private func refuse(_ refusal: Refusal) {
    deadline?.disarm()
    input = []
    let exchange = Exchange(refusingOn: self, budget: server.contentBudget)
    phase = .exchange(exchange)
    server.refuse(refusal, of: nil, exchange)
  }

  /// The handler wants the request's content.
  func readBody(of exchange: Exchange, sendsContinue: Bool) {
    if sendsContinue {
      outbox.bytes.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
      flush()
    }
    pace = Pace(begin: server.loop.now, grace: limits.contentGrace, rate: limits.rate)
    armForContent(of: exchange)
    read()
  }

  private func armForContent(of exchange: Exchange) {
    guard let pace else { return }
    deadline?.arm(
      at: min(
        pace.limit(after: exchange.receivedCount), pace.begin + limits.bodyDeadline,
        exchange.deadline))
  }

  /// The handler has what it waited for.
  func stopReadingBody(of exchange: Exchange) {
    deadline?.arm(at: exchange.deadline)
  }

  /// The handler has its answer.
  func beginAnswer() {
    deadline?.disarm()
  }

  /// The answer is sent.
  func finish(closes: Bool) {
    guard case .exchange = phase else { return }
    guard !closes else { return linger() }
    phase = .idle
    armForIdling()
    if input.isEmpty {
      pipelined = 0
    } else {
      pipelined += 1
      var next: [UInt8] = []
      swap(&next, &input)
      judge(next.span)
    }
    read()
  }

  private func linger() {
    input = []
    guard socket?.shutDownSending() ?? true else {
      phase = .ending
      deadline?.arm(after: limits.writeStall)
      return
    }
    phase = .lingering
    deadline?.arm(after: limits.linger)
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
    takeForClosing()?.abandon()
  }

  /// Frees everything, and returns the exchange that ran.
  private func takeForClosing() -> Exchange? {
    defer { phase = .closed }
    if case .closed = phase { return nil }
    switch phase {
    case .exchange: socket?.resetOnClose()
    case .idle, .head: socket?.endOnClose()
    case .handshake, .ending, .lingering, .closed: break
    }
    // The registration first: its number may be another connection's once the socket is closed.
    registration = nil
    socket = nil
    deadline = nil
    input = []
    outbox.bytes = []
    outbox.resume()
    server.connectionDidClose(self)
    return if case .exchange(let exchange) = phase { exchange } else { nil }
  }

  // MARK: Writing

  /// Goes on with what waited for room in the kernel.
  private func write() {
    if case .ending = phase {
      linger()
    } else if !outbox.isEmpty {
      flush()
    }
  }

  /// Sends a head with its content in one write.
  func send(
    _ response: borrowing Response, _ framing: ResponseEncoder.Framing, closes: Bool,
    content: [UInt8]
  ) async throws(SendError) {
    try prepareOutbox()
    server.encoder.head(response, framing: framing, closes: closes, into: &outbox.bytes)
    outbox.bytes.append(contentsOf: content)
    try await untilSent()
  }

  /// Sends bytes as they are, without a copy, and waits until the kernel has taken them.
  func send(_ bytes: [UInt8]) async throws(SendError) {
    if case .closed = phase { throw .closed }
    (outbox.bytes, outbox.isLent) = (bytes, false)
    try await untilSent()
  }

  /// Sends what `encode` appends, and waits until the kernel has taken it.
  func send(_ encode: (inout [UInt8]) -> Void) async throws(SendError) {
    try prepareOutbox()
    encode(&outbox.bytes)
    try await untilSent()
  }

  /// The server may be gone too, once the connection is closed.
  private func prepareOutbox() throws(SendError) {
    if case .closed = phase { throw .closed }
    guard outbox.isEmpty else { return }
    server.takeOutput(&outbox.bytes)
    outbox.isLent = true
  }

  private func untilSent() async throws(SendError) {
    flush()
    if !outbox.isEmpty {
      (pace, taken) = (
        Pace(begin: server.loop.now, grace: limits.writeStall, rate: limits.rate), 0
      )
      armForAnswer()
      await withUnsafeContinuation { outbox.wait($0) }
      deadline?.disarm()
    }
    if case .closed = phase { throw .closed }
  }

  private func armForAnswer() {
    guard let pace else { return }
    deadline?.arm(at: min(pace.limit(after: taken), server.loop.now + limits.writeStall))
  }

  private func flush() {
    let (outcome, count) = outbox.flush { socket?.send($0) ?? .ended }
    switch outcome {
    case .sent:
      if outbox.isLent { server.giveBackOutput(&outbox.bytes) }
      outbox.bytes = []
      outbox.resume()
    case .blocked:
      taken += count
      if count > 0, outbox.isAwaited { armForAnswer() }
    case .ended: close()
    }
  }
}
