import EventLoop

/// The connections of one client: those that serve transfers, and those that are kept for later ones.
final class ConnectionPool {
  let configuration: HTTPClient.Configuration
  let loop: EventLoop
  /// Where all connections receive: nothing of it outlives a call.
  let input = UnsafeMutableRawBufferPointer.allocate(
    byteCount: EasyHandle.mostAtOnce, alignment: 16)
  /// Where all requests are put together.
  private var output: [UInt8] = []
  private let multi: MultiHandle
  /// Those that are kept, the one that was used last at the end.
  private var idle: [Connection] = []
  /// How many transfers there are for each purpose.
  private var counts = [Int](repeating: 0, count: Transfer.Purpose.allCases.count)
  /// The connections whose requests go out behind this tick's tasks.
  private var pending: [Connection] = []
  private var sending: Deadline?
  private var isClosed = false

  init(
    loop: EventLoop, configuration: HTTPClient.Configuration, lookUp: @escaping Lookups.Begin
  ) {
    loop.assertIsCurrent()
    self.loop = loop
    self.configuration = configuration
    multi = MultiHandle(
      loop: loop, connectDeadline: configuration.connectDeadline, lookUp: lookUp)
    sending = loop.makeDeadline { [unowned self] in sendPending() }
  }

  deinit { input.deallocate() }

  func close() {
    loop.assertIsCurrent()
    guard !isClosed else { return }
    isClosed = true
    let transfers = multi.connections.values.compactMap(\.transfer)
    idle.removeAll()
    pending.removeAll()
    multi.close()
    sending = nil
    for transfer in transfers { end(transfer, .closed) }
  }

  func makeEasyHandle(
    to origin: String, through proxy: Proxy?
  ) throws(HTTPClientError) -> EasyHandle {
    try multi.makeEasyHandle(to: origin, through: proxy, configuration)
  }

  // MARK: Transfers

  /// Begins a transfer, in this tick of the loop.
  func start(_ request: ClientRequest, as kind: Transfer.Kind) throws(HTTPClientError) -> Transfer {
    loop.assertIsCurrent()
    guard !isClosed else { throw .closed }
    try request.check()
    let transfer = Transfer(
      request, as: kind, by: loop.now + request.deadline, configuration: configuration)
    guard counts[transfer.purpose.rawValue] < configuration.transfers else {
      throw .overloaded(limit: configuration.transfers)
    }
    counts[transfer.purpose.rawValue] += 1
    if let connection = takeIdle(for: request) {
      send(transfer, on: connection)
    } else {
      connect(for: transfer)
    }
    return transfer
  }

  /// The requests of one tick leave one behind the other, behind its tasks. Sent each by itself, between the
  /// work on others, each wakes a peer that has just gone to sleep, which took 5 % of a busy worker's time.
  private func send(_ transfer: Transfer, on connection: Connection) {
    transfer.begin(on: connection)
    if pending.isEmpty { sending?.arm(at: loop.now) }
    pending.append(connection)
  }

  private func sendPending() {
    var connections: [Connection] = []
    swap(&connections, &pending)
    for connection in connections { connection.send() }
    connections.removeAll(keepingCapacity: true)
    if pending.isEmpty { swap(&connections, &pending) }
  }

  private func connect(for transfer: Transfer) {
    do throws(HTTPClientError) {
      let connection = try Connection(for: transfer.request, in: self)
      transfer.begin(on: connection)
      multi.connect(connection)
    } catch {
      end(transfer, error)
    }
  }

  /// The one that was used last, of those that lead there: the others may end. Rather one that epoll has looked
  /// at since, which saves a system call.
  private func takeIdle(for request: ClientRequest) -> Connection? {
    while let index = idle.lastIndex(where: { !$0.isOfThisTick && $0.serves(request) })
      ?? idle.lastIndex(where: { $0.serves(request) })
    {
      let connection = idle.remove(at: index)
      if connection.isUsable(for: configuration.connectionLifetime), connection.isQuiet {
        return connection
      }
      multi.drop(connection)
    }
    return nil
  }

  /// A transfer is over: another may begin in its place.
  func end(_ transfer: Transfer, _ error: HTTPClientError?) {
    counts[transfer.purpose.rawValue] -= 1
    transfer.end(error)
  }

  // MARK: What connections say

  /// It can serve another request.
  func keep(_ connection: Connection) {
    idle.append(connection)
    if let first = idle.first,
      idle.count > configuration.keptConnections
        || !first.isUsable(for: configuration.connectionLifetime)
    {
      multi.drop(idle.removeFirst())
    }
  }

  /// It serves nothing any more.
  func drop(_ connection: Connection) {
    loop.assertIsCurrent()
    idle.removeAll { $0 === connection }
    multi.drop(connection)
  }

  /// Its transfer has come too late for it, and gets a new one.
  func sendAgain(_ connection: Connection) {
    let transfer = connection.transfer
    drop(connection)
    if let transfer { connect(for: transfer) }
  }

  /// Lends the memory in which requests are put together, empty. What a large one has made of it is let go.
  func withOutput<Result>(_ body: (inout [UInt8]) -> Result) -> Result {
    output.removeAll(keepingCapacity: output.capacity <= 64 << 10)
    return body(&output)
  }
}
