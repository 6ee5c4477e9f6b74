public import EventLoop
public import HTTPMessage

/// An HTTP/1.1 server on one event loop.
///
/// It knows messages and nothing of what they are about: a handler answers requests, and another
/// function says what the answer to a broken rule looks like.
public final class HTTPServer {
  let loop: EventLoop
  let limits: Limits
  let limitsOfReserve: Limits
  let tls: TLSContext?
  let contentBudget: ContentBudget
  let isServedWhenFull: (Request) -> Bool
  let onFailedHandshake: (TLSFault, IPAddress?) -> Void
  var encoder = ResponseEncoder()
  /// Where every connection reads to; what is not used at once is copied.
  var scratch = [UInt8](repeating: 0, count: 64 * 1024)

  /// The port that it listens on.
  public let port: UInt16

  private var acceptor: Acceptor?
  private let handler: Handler
  private let refusal: (Refusal, Refused) -> Response
  private var connections: [ObjectIdentifier: Connection] = [:]
  /// Those of them that have a reserved place, from the oldest to the newest.
  private var reserve: [Connection] = []
  /// When a drain closes the listener.
  private var lastCall: Deadline?
  private var onDrained: UnsafeContinuation<Void, Never>?
  private let tasks: TaskPool
  /// The answers, until their observers are told.
  private let unfinished = Unfinished()
  /// The buffer that answers are written to, while no connection holds it.
  private var output: [UInt8] = []

  /// Serves at once, until ``drain()`` or ``close()``.
  ///
  /// - Parameters:
  ///   - loop: The caller's.
  ///   - tls: For HTTPS (RFC 9110 §4.2.2); nil for plain HTTP.
  ///   - handler: Answers requests; runs on the loop, each in a task. The task is cancelled when
  ///     the request's deadline has passed or its peer is gone.
  ///   - refusal: The answer to a request that the server itself refuses.
  ///   - isServedWhenFull: Which requests are served even past the limit of connections.
  ///   - onFailedHandshake: Told of each TLS handshake that comes to nothing, and whose it was.
  public init(
    _ listener: consuming Listener, on loop: EventLoop, limits: Limits = Limits(),
    tls: TLSContext? = nil, refusal: @escaping (Refusal, Refused) -> Response,
    isServedWhenFull: @escaping (Request) -> Bool = { _ in false },
    onFailedHandshake: @escaping (TLSFault, IPAddress?) -> Void = { _, _ in },
    handler: @escaping Handler
  ) throws(SystemError) {
    loop.assertIsCurrent()
    self.loop = loop
    self.limits = limits
    self.tls = tls
    limitsOfReserve = limits.ofReserve
    contentBudget = ContentBudget(limits.bodies)
    port = listener.port
    tasks = TaskPool(on: loop, keeping: Self.keptTasks)
    self.handler = handler
    self.refusal = refusal
    self.isServedWhenFull = isServedWhenFull
    self.onFailedHandshake = onFailedHandshake
    // It keeps the server until it closes: whoever connects must find somebody.
    acceptor = try Acceptor(listener, on: loop) { [self] in open($0) }
  }

  /// How requests come.
  var scheme: String { tls == nil ? "http" : "https" }

  func limits(in place: Connection.Place) -> Limits {
    switch place {
    case .regular: limits
    case .reserve: limitsOfReserve
    }
  }

  // MARK: The end

  /// Whether every answer is the last of its connection.
  private(set) var endsConnections = false
  /// Whether no new request is waited for.
  private(set) var isDraining = false
  /// When what a connection waits for, in a drain, is waited for no longer.
  private(set) var patienceEnds = Instant.never

  /// Lets each connection end with its next answer, and goes on accepting new ones.
  public func endConnectionsGently() {
    endsConnections = true
  }

  /// Takes the connections that wait to be accepted, stops listening, and returns when all that was
  /// begun is answered and every connection has ended. Without requests that takes a second: one may be
  /// on its way.
  ///
  /// - Parameter end: When the caller ends what is left. Before that every deadline ends, so that who is
  ///   late gets the answer that it would have got later.
  public func drain(before end: Instant = .never) async {
    (endsConnections, isDraining) = (true, true)
    if end < .never {
      let timeForLastWords = min(.seconds(2), (end - loop.now) / 2)
      patienceEnds = end + (.zero - timeForLastWords)
    }
    for connection in connections.values { connection.drain() }
    if let acceptor, lastCall == nil {
      let time = acceptor.turnNewcomersAway()
      lastCall = loop.makeDeadline { [unowned self] in stopAccepting() }
      lastCall?.arm(after: time)
    }
    if !isDrained { await withUnsafeContinuation { onDrained = $0 } }
  }

  private func stopAccepting() {
    acceptor?.drain { [unowned self] in
      acceptor = nil
      tellIfDrained()
    }
  }

  /// The same as ``close()``, and returns when every observer knows what became of its answer.
  public func cut() async {
    close()
    await unfinished.wait()
  }

  /// Stops listening and ends every connection.
  public func close() {
    acceptor?.close()
    acceptor = nil
    lastCall = nil
    for connection in connections.values { connection.close() }
    tellIfDrained()
  }

  private var isDrained: Bool { acceptor == nil && connections.isEmpty }

  private func tellIfDrained() {
    guard isDrained else { return }
    tasks.close()
    guard let onDrained else { return }
    self.onDrained = nil
    onDrained.resume()
  }

  // MARK: Connections

  /// The number of open connections.
  public var connectionCount: Int { connections.count }

  /// How many there have ever been.
  public private(set) var acceptedCount = 0

  /// The number of those that have a request, or a part of one, and no answer yet.
  public var unansweredCount: Int { connections.values.count { $0.isUnanswered } }

  /// How long one that has a reserved place has it for himself at least, in which to ask.
  private static let timeToAsk = Duration.milliseconds(5)

  private func open(_ accepted: consuming Accepted) -> Acceptor.Verdict {
    let isFull = connections.count - reserve.count >= limits.connections
    // Registering fails for want of memory alone; the descriptor is closed then.
    guard
      let connection = try? Connection(accepted, in: isFull ? .reserve : .regular, of: self)
    else { return .goOn }
    connections[ObjectIdentifier(connection)] = connection
    acceptedCount += 1
    guard isFull else { return .goOn }
    reserve.append(connection)
    // Who asks nothing must not stand in the way of who does.
    if reserve.count > limits.reserve, !isDraining { reserve.first?.close() }
    return reserve.count < limits.reserve ? .goOn : .pause(Self.timeToAsk)
  }

  func connectionDidClose(_ connection: Connection) {
    connections[ObjectIdentifier(connection)] = nil
    if connection.place == .reserve { reserve.removeAll { $0 === connection } }
    // Whoever waits can have the place.
    acceptor?.resume()
    tellIfDrained()
  }

  // MARK: Exchanges

  /// How many tasks wait for the next request at most, with some 16 KB each.
  private static let keptTasks = 64

  func serve(_ request: Request, _ exchange: Exchange) {
    let (handler, refusal, unfinished) = (handler, refusal, unfinished)
    unfinished.begin()
    let work = tasks.run {
      let response: Response
      do throws(Refusal) {
        response = try await handler(request)
      } catch {
        response = refusal(error, .request(request))
      }
      await exchange.respond(response)
      unfinished.end()
    }
    exchange.begin(request, work)
  }

  func refuse(_ reason: Refusal, of refused: Refused, _ exchange: Exchange) {
    let (response, unfinished) = (refusal(reason, refused), unfinished)
    unfinished.begin()
    tasks.run {
      await exchange.respond(response)
      unfinished.end()
    }
  }

  // MARK: The output buffer

  /// Lends the buffer, empty, to a connection that has nothing to send yet.
  func takeOutput(_ buffer: inout [UInt8]) {
    swap(&buffer, &output)
  }

  /// Takes it back, so that the next answer allocates nothing. A buffer that a large answer has grown
  /// is let go.
  func giveBackOutput(_ buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    if buffer.capacity <= 64 * 1024 { swap(&buffer, &output) }
    buffer = []
  }
}

extension Request {
  convenience init(
    _ head: RequestHead, scheme: String, peer: IPAddress?, clientCertificate: ClientCertificate?,
    exchange: Exchange
  ) {
    self.init(
      method: head.method, path: head.path, query: head.query, scheme: scheme,
      authority: head.authority, fields: head.fields,
      peer: peer, clientCertificate: clientCertificate, body: exchange, waiting: exchange)
  }
}
