import EventLoop
import HTTPMessage

/// A client's connection: a head is read, its exchange runs, the next head is read.
///
/// It is told of changes once (edge-triggered) and remembers what it was told, so that a request on a
/// kept connection costs one read and one write. An idle connection holds no buffer.
final class Connection: EventHandler {
  enum Phase {
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

  /// Why there is a place for the connection.
  enum Place {
    case regular
    /// All others are taken: one small request, of the kind that is served even then.
    case reserve
  }

  let place: Place
  unowned let server: HTTPServer
  var socket: Transport?
  private let peer: IPAddress?
  private var registration: Registration?
  private var deadline: Deadline?
  /// When the deadline is reached, were there no drain.
  private var due = Instant.never
  var phase = Phase.idle
  private var clientCertificate: ClientCertificate?
  /// Bytes read and not used yet: an unfinished head, or the beginning of the next request.
  var input: [UInt8] = []
  var outbox = Outbox()
  /// What was left of the answer when the connection ended.
  private(set) var lost = 0
  /// What content is held to that the handler waits for.
  var contentPace: Pace?
  /// What the peer is held to that takes an answer.
  var answerPace: AnswerPace?
  private var requests = 0
  /// How many requests in a row had come before the answer to the one before.
  private var pipelined = 0
  var isReadable = false
  /// Whether the peer has closed its sending half; what it had sent before may still be unread.
  private(set) var isInputEnded = false
  /// Before other connections have their turn.
  var readsLeft = 0
  /// Whether a read that leaves room in its buffer has not emptied the socket: an end may stand behind what
  /// it brought, or an urgent byte have stopped it.
  var readsToTheEnd = false

  init(
    _ accepted: consuming Accepted, in place: Place, of server: HTTPServer
  ) throws(SystemError) {
    self.place = place
    self.server = server
    peer = accepted.peer
    let socket = try Transport(accepted.descriptor, tls: server.tls)
    let raw = socket.rawValue
    self.socket = consume socket
    registration = try server.loop.register(
      raw, [.readable, .writable, .peerClosed, .urgent, .onChange], handler: self)
    deadline = server.loop.makeDeadline { [unowned self] in deadlineReached() }
    if server.tls == nil {
      becomeIdle()
    } else {
      phase = .handshake
      arm(after: limits.handshakeDeadline)
    }
  }

  var limits: Limits { server.limits(in: place) }

  // MARK: Events

  func handle(_ readiness: Readiness) {
    // Reset, or closed in both directions: nobody is left to read an answer.
    guard readiness.isDisjoint(with: .failed) else {
      if case .handshake = phase { server.onFailedHandshake(.left, peer) }
      return close()
    }
    if !readiness.isDisjoint(with: [.peerClosed, .urgent]) { readsToTheEnd = true }
    let mixesDirections = socket?.mixesDirections ?? false
    if mixesDirections || !readiness.isDisjoint(with: [.readable, .peerClosed]) {
      isReadable = true
    }
    if readiness.contains(.peerClosed), !isInputEnded {
      isInputEnded = true
      if case .exchange(let exchange) = phase { exchange.inputDidEnd() }
    }
    if mixesDirections || readiness.contains(.writable) { write() }
    read()
  }

  // MARK: The deadline

  /// How long a drain waits for a request that may be on its way already, or for a peer to close.
  private static let patienceWhileDraining = Duration.seconds(1)
  /// How long a handler whose time is over has for an answer of its own.
  private static let lastWords = Duration.seconds(1)

  func arm(after duration: Duration) {
    arm(at: server.loop.now + duration)
  }

  /// No deadline outlasts a drain, but that of an answer which is being taken: it would only be cut sooner.
  func arm(at instant: Instant) {
    due = instant
    deadline?.arm(at: isAnswering ? instant : min(instant, server.patienceEnds))
  }

  private var isAnswering: Bool {
    if case .exchange(let exchange) = phase { exchange.isAnswering } else { false }
  }

  var isClosed: Bool {
    if case .closed = phase { true } else { false }
  }

  func disarm() {
    due = .never
    deadline?.disarm()
  }

  private func deadlineReached() {
    switch phase {
    case .handshake:
      server.onFailedHandshake(.timeout, peer)
      close()
    case .idle, .ending, .lingering: close()
    case .head: refuse(.timeout(.head))
    case .exchange(let exchange) where exchange.isReading: exchange.fail(.timeout(.content))
    case .exchange(let exchange) where exchange.isAnswering: close()
    case .exchange(let exchange): handlerIsLate(exchange)
    case .closed: break
    }
  }

  /// It is cancelled, and says for itself what that means for its request; if it doesn't, the server does.
  private func handlerIsLate(_ exchange: Exchange) {
    guard exchange.isCancelled, let request = exchange.request else {
      exchange.cancel()
      due = .never
      deadline?.arm(after: Self.lastWords)
      return
    }
    exchange.abandon()
    server.refuse(.handlerTimeout, of: .request(request), exchange)
  }

  /// No request may follow but one that is on its way already.
  func drain() {
    switch phase {
    case .handshake, .idle, .lingering:
      arm(at: min(due, server.loop.now + Self.patienceWhileDraining))
    case .exchange(let exchange):
      if due < .never { arm(at: due) }
      exchange.interruptWait(.drain)
    case .head, .ending: if due < .never { arm(at: due) }
    case .closed: break
    }
  }

  /// Whether its peer would miss an answer if it ended now.
  var isUnanswered: Bool {
    switch phase {
    case .head, .exchange: true
    case .handshake, .idle, .ending, .lingering, .closed: false
    }
  }

  // MARK: The handshake

  func shakeHands() {
    switch socket?.handshake() ?? .failed(.left) {
    case .complete:
      clientCertificate = socket?.clientCertificate()
      becomeIdle()
    case .wouldBlock: isReadable = false
    case .unfinished: readsLeft = 0
    case .failed(let fault):
      server.onFailedHandshake(fault, peer)
      guard fault.kind == .plainHTTP else {
        // For the peer to read why.
        return linger()
      }
      socket?.leaveTLS()
      refuse(.malformed("this port speaks TLS; the URL begins with https://"))
    }
  }

  // MARK: Exchanges

  private func becomeIdle() {
    phase = .idle
    arm(after: server.isDraining ? min(limits.idle, Self.patienceWhileDraining) : limits.idle)
  }

  func begin(_ head: RequestHead, rest: Span<UInt8>) {
    requests += 1
    // A content that is too long by its own word is refused where it is asked for: the host, the route
    // and the method are judged before it.
    let body = Result { () throws(Refusal) in try BodyReader(head.framing, limits: limits) }
    let exchange = Exchange(head, body: body, connection: self, server: server)
    arm(at: deadline(of: exchange))
    let count = exchange.consume(rest)
    input = rest.copy(count..<rest.count)
    phase = .exchange(exchange)
    let request = Request(
      head, scheme: server.scheme, peer: peer, clientCertificate: clientCertificate,
      exchange: exchange)
    if let refusal = refusal(of: head, request, exchange) {
      server.refuse(refusal, of: .request(request), exchange)
    } else {
      server.serve(request, exchange)
    }
  }

  /// Why a request whose head is well-formed is not for the handler.
  private func refusal(
    of head: RequestHead, _ request: Request, _ exchange: Exchange
  ) -> Refusal? {
    if let rule = exchange.brokenRule { return rule }
    if head.expectation == .unknown { return .expectation }
    if place == .reserve, !server.isServedWhenFull(request) { return .overloaded(.connections) }
    return nil
  }

  func refuse(_ refusal: Refusal) {
    disarm()
    input = []
    let exchange = Exchange(refusingOn: self, server: server)
    phase = .exchange(exchange)
    server.refuse(refusal, of: .unread(peer: peer), exchange)
  }

  /// The handler wants the request's content.
  func readBody(of exchange: Exchange, sendsContinue: Bool) {
    if sendsContinue {
      outbox.bytes.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
      flush()
    }
    contentPace = Pace(begin: server.loop.now, grace: limits.contentGrace, rate: limits.rate)
    armForContent(of: exchange)
    read()
  }

  func armForContent(of exchange: Exchange) {
    guard let contentPace else { return }
    arm(
      at: min(
        contentPace.limit(after: exchange.receivedCount), exchange.begun + limits.bodyDeadline,
        deadline(of: exchange)))
  }

  /// The handler has what it waited for.
  func stopReadingBody(of exchange: Exchange) {
    contentPace = nil
    arm(at: deadline(of: exchange))
  }

  /// By when the handler must have begun its answer.
  private func deadline(of exchange: Exchange) -> Instant {
    exchange.begun + limits.requestDeadline + exchange.waitingTime
  }

  /// The handler waits, and has more time.
  func waitingTimeDidChange(of exchange: Exchange) {
    guard !exchange.isReading, !exchange.isAnswering else { return }
    arm(at: deadline(of: exchange))
  }

  /// The handler has its answer.
  func beginAnswer() {
    answerPace = nil
    disarm()
  }

  /// Whether the request in work is the connection's last.
  var isSpent: Bool {
    server.endsConnections || requests >= limits.requests
      || (!input.isEmpty && pipelined + 1 >= limits.pipelined)
  }

  /// The answer is sent.
  func finish(closes: Bool) {
    guard case .exchange = phase else { return }
    guard !closes else { return linger() }
    becomeIdle()
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

  // MARK: The end

  func linger() {
    input = []
    guard socket?.shutDownSending() ?? true else {
      phase = .ending
      arm(after: limits.writeStall)
      return
    }
    phase = .lingering
    arm(
      after: server.isDraining ? min(limits.linger, Self.patienceWhileDraining) : limits.linger)
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
    lost = outbox.unsent
    outbox.bytes = []
    outbox.resume()
    server.connectionDidClose(self)
    return if case .exchange(let exchange) = phase { exchange } else { nil }
  }
}
