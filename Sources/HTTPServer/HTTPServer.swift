public import EventLoop
public import HTTPMessage

/// An HTTP/1.1 server on one event loop.
///
/// It knows messages and nothing of what they are about: a handler answers requests, and another
/// function says what the answer to a broken rule looks like.
public final class HTTPServer: EventHandler {
  let loop: EventLoop
  let limits: Limits
  let scheme = "http"
  let parser: RequestParser
  var encoder = ResponseEncoder()
  /// Where every connection reads to; what is not used at once is copied.
  var scratch = [UInt8](repeating: 0, count: 64 * 1024)

  /// The port that it listens on.
  public let port: UInt16

  private var listener: Listener?
  private let handler: Handler
  private let refusal: (Refusal, Request?) -> Response
  private var registration: Registration?
  private var retry: Deadline?
  private var connections: [ObjectIdentifier: Connection] = [:]
  /// The buffer that answers are written to, while no connection holds it.
  private var output: [UInt8] = []

  /// Serves at once.
  ///
  /// - Parameters:
  ///   - loop: The caller's.
  ///   - handler: Answers requests; runs on the loop, one task a request.
  ///   - refusal: The answer to a request that the server itself refuses; the request where its head
  ///     could be read.
  public init(
    _ listener: consuming Listener, on loop: EventLoop, limits: Limits = Limits(),
    refusal: @escaping (Refusal, Request?) -> Response, handler: @escaping Handler
  ) throws(SystemError) {
    loop.assertIsCurrent()
    self.loop = loop
    self.limits = limits
    port = listener.port
    let raw = listener.rawValue
    self.listener = consume listener
    self.handler = handler
    self.refusal = refusal
    parser = RequestParser(limits: limits)
    retry = loop.makeDeadline { [unowned self] in acceptAll() }
    registration = try loop.register(raw, [.readable, .onChange], handler: self)
  }

  /// The number of open connections.
  public var connectionCount: Int { connections.count }

  /// Stops listening and ends every connection.
  public func close() {
    registration = nil
    listener = nil
    retry = nil
    for connection in connections.values { connection.close() }
  }

  public func handle(_ readiness: Readiness) {
    acceptAll()
  }

  private func acceptAll() {
    while true {
      switch listener?.accept() ?? .wouldBlock {
      case .connection(let descriptor): open(descriptor)
      case .wouldBlock: return
      case .exhausted:
        // No event will tell when a descriptor is free again, and asking at once would spin.
        retry?.arm(after: .milliseconds(100))
        return
      }
    }
  }

  private func open(_ descriptor: consuming FileDescriptor) {
    // Registering fails for want of memory alone; the descriptor is closed then.
    guard let connection = try? Connection(descriptor, server: self) else { return }
    connections[ObjectIdentifier(connection)] = connection
  }

  func connectionDidClose(_ connection: Connection) {
    connections[ObjectIdentifier(connection)] = nil
  }

  // MARK: Exchanges

  func serve(_ request: Request, _ exchange: Exchange) {
    let (handler, refusal) = (handler, refusal)
    loop.spawn {
      let response: Response
      do throws(Refusal) {
        response = try await handler(request)
      } catch {
        response = refusal(error, request)
      }
      await exchange.respond(response)
    }
  }

  func refuse(_ reason: Refusal, of request: Request?, _ exchange: Exchange) {
    let response = refusal(reason, request)
    loop.spawn { await exchange.respond(response) }
  }

  // MARK: The output buffer

  /// Lends the buffer, empty, to a connection that has nothing to send yet.
  func takeOutput(_ buffer: inout [UInt8]) {
    swap(&buffer, &output)
  }

  /// Takes it back, so that the next answer allocates nothing. A buffer that a large answer has grown
  /// is let go.
  func giveBackOutput(_ buffer: inout [UInt8]) {
    if buffer.capacity <= 64 * 1024 { swap(&buffer, &output) }
    buffer = []
  }
}

extension Request {
  init(_ head: RequestHead, scheme: String, body: any RequestBody) {
    self.init(
      method: head.method, path: head.path, query: head.query, scheme: scheme,
      authority: head.authority, fields: head.fields, body: body)
  }
}
