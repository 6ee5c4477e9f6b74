import CCurl
import EventLoop

/// One connection to an origin, from the wish for it to its end, and the transfer that it serves: libcurl
/// makes it, and what is sent and received on it is HTTP/1.1 of ours.
final class Connection: EventHandler {
  let easy: EasyHandle
  /// Scheme and authority of the URLs that it serves, as they are written there.
  private let origin: String
  private let goesDirect: Bool
  private let common: CommonHead
  /// Which lets go of its connections when it is closed.
  private let pool: ConnectionPool
  private let loop: EventLoop
  private(set) var transfer: Transfer?
  private var deadline: Deadline?
  private var registration: Registration?
  /// What of a request the socket has not taken yet.
  private var unsent: ArraySlice<UInt8> = []
  /// Whether its transfer's request has begun to go out, and whether anything of the answer has come.
  private var (hasSent, hasAnswered) = (false, false)
  /// Whether nothing is read for want of room, and whether epoll has been told so.
  private var isHeldBack = false
  private var isMuted = false
  private var begin = Instant.never
  /// When its last answer was whole.
  private var lastUse = Instant.never

  init(for request: ClientRequest, in pool: ConnectionPool) throws(HTTPClientError) {
    origin = request.origin
    goesDirect = request.goesDirect
    let proxy = goesDirect ? nil : pool.configuration.proxies.setting(for: request.url)?.proxy
    easy = try pool.makeEasyHandle(to: origin, through: proxy)
    common = CommonHead(
      to: Host(of: origin, isProxy: false), through: proxy,
      userAgent: pool.configuration.userAgent)
    self.pool = pool
    loop = pool.loop
    deadline = loop.makeDeadline { [unowned self] in deadlineHasPassed() }
  }

  // MARK: Its life

  /// Takes a transfer, to be sent once it is open, or by ``send()``.
  func serve(_ transfer: Transfer) {
    self.transfer = transfer
    (hasSent, hasAnswered) = (false, false)
    deadline?.arm(at: transfer.deadline)
  }

  /// libcurl has made it: its socket is ours to watch from here on.
  func open() {
    guard easy.descriptor >= 0 else { return fail(.connect("the peer has closed it at once")) }
    begin = loop.now
    watch()
    send()
  }

  /// Ends what it is used for, and the watch of its socket, which libcurl closes right after.
  func close() {
    registration = nil
    deadline = nil
    transfer = nil
  }

  /// Whether it leads where a request is to go.
  func serves(_ request: ClientRequest) -> Bool {
    goesDirect == request.goesDirect && request.has(origin: origin)
  }

  /// Whether a request may be sent on it: it is neither about to be closed for having been idle nor older than
  /// a connection may be.
  func isUsable(for lifetime: Duration) -> Bool {
    loop.now - begin < lifetime && loop.now - lastUse < Self.idleLimit
  }

  /// Whether it has served a transfer before this one.
  private var isReused: Bool { lastUse != .never }

  /// Whether its last answer has come in this tick: epoll has not been asked about it since.
  var isOfThisTick: Bool { lastUse == loop.now }

  /// Whether nothing has come on it since the last answer: it would be another request's.
  var isQuiet: Bool {
    guard isOfThisTick else { return true }
    if case .wouldBlock = easy.receive(into: pool.input) { return true }
    return false
  }

  /// Who is in between, as a translator of addresses, forgets a silent connection without a word.
  private static let idleLimit = Duration.seconds(118)

  /// It waits for the addresses of its host, for as long as it may take to connect.
  func waitForAddresses(until limit: Instant) {
    easy.waitForAddresses()
    if let transfer { deadline?.arm(at: min(limit, transfer.deadline)) }
  }

  /// It has them, and libcurl gets its handle again.
  func goOn(with addresses: [String]) {
    easy.goOn(with: addresses)
    if let transfer { deadline?.arm(at: transfer.deadline) }
  }

  private func deadlineHasPassed() {
    if easy.isWaitingForAddresses {
      fail(easy.lookupError("no answer in time"))
    } else if let transfer {
      fail(transfer.lateness)
    }
  }

  /// Ends the transfer, and the connection with it: nobody knows what else would come on it.
  func fail(_ error: HTTPClientError) {
    let transfer = transfer
    pool.drop(self)
    if let transfer { pool.end(transfer, error) }
  }

  /// Ends the transfer, whose answer is whole.
  private func finish(isClean: Bool) {
    guard let transfer else { return }
    self.transfer = nil
    deadline?.disarm()
    lastUse = loop.now
    if isClean && unsent.isEmpty && transfer.allowsReuse {
      pool.keep(self)
    } else {
      pool.drop(self)
    }
    pool.end(transfer, nil)
  }

  // MARK: Sending

  /// Sends the request of its transfer.
  func send() {
    guard !hasSent, let transfer else { return }
    hasSent = true
    let outcome = pool.withOutput { output in
      transfer.request.encode(path: origin.utf8.count, with: common, into: &output)
      let outcome = output.withUnsafeBytes { easy.send($0) }
      let sent = if case .done(let count) = outcome { count } else { 0 }
      if sent < output.count { unsent = output[sent...] }
      return outcome
    }
    if case .failed(let code) = outcome { return endSending(of: transfer, code) }
    if !unsent.isEmpty { watch() }
  }

  private func sendRest(of transfer: Transfer) {
    switch unsent.withUnsafeBytes({ easy.send($0) }) {
    case .wouldBlock: return
    case .failed(let code): return endSending(of: transfer, code)
    case .done(let count):
      unsent = unsent.dropFirst(count)
      if unsent.isEmpty { watch() }
    }
  }

  /// The peer takes nothing more. What it has said before is why, if it has said anything.
  private func endSending(of transfer: Transfer, _ code: CURLcode) {
    let error = easy.error(code)
    receive()
    // A reader may have to make room for the rest of it.
    if self.transfer === transfer, !isHeldBack { end(of: transfer, error) }
  }

  /// Has epoll report what there is to do. It fails for want of kernel memory alone; the transfer ends at
  /// its deadline then.
  private func watch() {
    // Of a socket that is not watched at all no failure is reported, again and again.
    guard !isMuted else {
      try? registration.take()?.remove()
      return
    }
    let interest: Readiness = unsent.isEmpty ? .readable : [.readable, .writable]
    if registration == nil {
      registration = try? loop.register(easy.descriptor, interest, handler: self)
    } else {
      try? registration?.setInterest(interest)
    }
  }

  // MARK: Receiving

  func handle(_ readiness: Readiness) {
    // Nobody has asked for anything: it has been closed, or is not what it should be.
    guard let transfer else { return pool.drop(self) }
    // It has been closed before anything was sent on it.
    guard hasSent else { return pool.sendAgain(self) }
    if readiness.contains(.writable), !unsent.isEmpty { sendRest(of: transfer) }
    guard !readiness.isDisjoint(with: [.readable, .failed]) else { return }
    if isHeldBack {
      isMuted = true
      watch()
    } else {
      receive()
    }
  }

  /// Reads on: there is room again.
  func resume() {
    guard isHeldBack else { return }
    isHeldBack = false
    awaitMore()
    if isMuted {
      isMuted = false
      watch()
    }
    receive()
  }

  /// A stream's silence counts from here, unless it is held back.
  private func awaitMore() {
    if let limit = transfer?.silenceLimit { deadline?.arm(after: limit) }
  }

  /// Reads what is there, up to the end of the answer or to the room that its reader has.
  private func receive() {
    while let transfer {
      let room = transfer.room
      guard room > 0 else {
        isHeldBack = true
        deadline?.disarm()
        return
      }
      let input = UnsafeMutableRawBufferPointer(
        rebasing: pool.input[..<min(room, pool.input.count)])
      switch easy.receive(into: input) {
      case .wouldBlock: return
      case .done(0): return end(of: transfer, nil)
      case .failed(let code): return end(of: transfer, easy.error(code))
      case .done(let count):
        take(UnsafeRawBufferPointer(rebasing: input[..<count]), for: transfer)
      }
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer, for transfer: Transfer) {
    hasAnswered = true
    do throws(HTTPClientError) {
      let taken = try transfer.receive(bytes.bindMemory(to: UInt8.self).span)
      guard transfer.isComplete else {
        awaitMore()
        return transfer.advance()
      }
      finish(isClean: taken == bytes.count)
    } catch {
      fail(easy.inContext(error))
    }
  }

  /// The peer has closed the connection, or it has broken.
  private func end(of transfer: Transfer, _ error: HTTPClientError?) {
    // It was on its way down already when the request went out (RFC 9112 §9.3.1).
    if isReused, !hasAnswered { return pool.sendAgain(self) }
    if error == nil, transfer.endsWithConnection, easy.hasEndedProperly {
      return finish(isClean: false)
    }
    fail(error ?? easy.inContext(transfer.cut))
  }
}
