import CCurl
import EventLoop
import Glibc

/// libcurl's multi handle on the loop. libcurl may not be called from within its own callbacks, so they
/// only record, and each call to it here is followed by ``settle()``, which acts.
final class MultiHandle {
  let configuration: HTTPClient.Configuration
  private let loop: EventLoop
  private let raw: UnsafeMutableRawPointer
  /// The TLS sessions of all handles: each by itself would remember its own alone.
  private let share: UnsafeMutableRawPointer
  private let sockets: SocketTable
  private let lookups: Lookups
  private var timer: Deadline?
  private var isClosed = false

  /// The handles that libcurl works on, or is to work on, by its own pointer.
  private var running: [UnsafeMutableRawPointer: EasyHandle] = [:]
  /// How many of them there are for each purpose.
  private var counts: [Transfer.Purpose: Int] = [:]
  private var idle: [EasyHandle] = []
  /// The streams of which a callback has noted something.
  private var progressed: [Transfer] = []
  /// The milliseconds that libcurl wants to wait, noted by its callback; -1 is for ever.
  private var wantedDelay: Int?

  init(
    loop: EventLoop, configuration: HTTPClient.Configuration,
    lookUp: @escaping Lookups.Begin = NameLookup.begin
  ) {
    loop.assertIsCurrent()
    Self.initializeLibcurl
    guard let raw = curl_multi_init(), let share = curl_share_init(),
      ccurl_share_tls_sessions(share) == CURLSHE_OK
    else { fatalError("libcurl: out of memory") }
    self.raw = raw
    self.share = share
    self.loop = loop
    self.configuration = configuration
    sockets = SocketTable(loop: loop)
    lookups = Lookups(loop: loop, begin: lookUp)
    let context = Unmanaged.passUnretained(self).toOpaque()
    let codes = [
      sockets.watch(raw), ccurl_multi_set_timer(raw, Self.noteDelay, context),
      ccurl_multi_set_kept_connections(raw, configuration.keptConnections),
    ]
    precondition(codes.allSatisfy { $0 == CURLM_OK }, "libcurl refuses an option")
    sockets.onEvent = { [unowned self] in act($0, $1) }
    lookups.onAnswer = { [unowned self] in goOn($0, with: $1) }
    timer = loop.makeDeadline { [unowned self] in act(CURL_SOCKET_TIMEOUT, 0) }
  }

  /// libcurl's own state, once a process. OpenSSL writes with write(2), which raises SIGPIPE when the
  /// peer is gone; libcurl leaves that to us as it may not touch signals.
  private static let initializeLibcurl: Void = {
    precondition(curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, "curl_global_init")
    signal(SIGPIPE, SIG_IGN)
  }()

  /// Lets go of the transfers, frees their handles, and only then the multi handle, which closes the
  /// connections that it keeps.
  func close() {
    loop.assertIsCurrent()
    guard !isClosed else { return }
    isClosed = true
    for easy in running.values { take(easy)?.end(.closed) }
    idle.removeAll()
    curl_multi_cleanup(raw)
    let code = curl_share_cleanup(share)
    assert(code == CURLSHE_OK, "a handle outlives its multi handle")
    timer = nil
  }

  // MARK: Transfers

  /// Begins a transfer, in this tick of the loop.
  func start(_ request: ClientRequest, as kind: Transfer.Kind) throws(HTTPClientError) -> Transfer {
    loop.assertIsCurrent()
    guard !isClosed else { throw .closed }
    try request.check()
    let transfer = Transfer(request, as: kind, streamBuffer: configuration.streamBuffer)
    guard counts[transfer.purpose, default: 0] < configuration.transfers else {
      throw .overloaded(limit: configuration.transfers)
    }
    let easy =
      idle.popLast()
      ?? EasyHandle(
        loop: loop, configuration: configuration, sockets: sockets, sharing: share)
    try easy.prepare(request, for: transfer)
    running[easy.raw] = easy
    counts[transfer.purpose, default: 0] += 1
    transfer.begin(on: easy, of: self)
    add(easy)
    // libcurl asks to be called at once, which is done behind this tick's tasks: the requests of all of them leave
    // one behind the other. Sent each by itself, between the work on others, each wakes a peer that has just gone
    // to sleep, which took 5 % of a busy worker's time.
    settle()
    return transfer
  }

  private func add(_ easy: EasyHandle) {
    let code = curl_multi_add_handle(raw, easy.raw)
    precondition(code == CURLM_OK, "curl_multi_add_handle: out of memory")
  }

  /// libcurl would give each lookup a thread, and leave that behind where the transfer ends first. So it
  /// gives the transfer back, with nothing sent, and gets it again together with the addresses.
  private func lookUp(_ host: Host, for easy: EasyHandle) {
    curl_multi_remove_handle(raw, easy.raw)
    easy.waitForAddresses()
    lookups.add(easy, for: host.name)
  }

  private func goOn(_ easies: [EasyHandle], with answer: NameLookup.Answer) {
    loop.assertIsCurrent()
    for easy in easies {
      switch answer {
      case .success(let addresses):
        easy.goOn(with: addresses)
        add(easy)
      case .failure(let failure):
        let error = easy.lookupError(failure.reason)
        take(easy)?.end(error)
      }
    }
    act(CURL_SOCKET_TIMEOUT, 0)
  }

  func abort(_ easy: EasyHandle, _ error: HTTPClientError) {
    loop.assertIsCurrent()
    take(easy)?.end(error)
    settle()
  }

  /// Ends the pause of a transfer.
  func resume(_ easy: EasyHandle) {
    loop.assertIsCurrent()
    let code = curl_easy_pause(easy.raw, CURLPAUSE_CONT)
    if code != CURLE_OK { take(easy)?.end(code, on: easy) }
    settle()
  }

  func noteProgress(of transfer: Transfer) {
    if progressed.last !== transfer { progressed.append(transfer) }
  }

  /// Takes a handle back from libcurl, and its transfer from the handle.
  private func take(_ easy: EasyHandle) -> Transfer? {
    running[easy.raw] = nil
    if easy.isWaitingForAddresses, let host = easy.unknownHost {
      lookups.remove(easy, for: host.name)
    } else {
      curl_multi_remove_handle(raw, easy.raw)
    }
    let transfer = easy.transfer
    if let transfer { counts[transfer.purpose, default: 0] -= 1 }
    easy.release()
    if !isClosed, idle.count < configuration.keptConnections { idle.append(easy) }
    return transfer
  }

  // MARK: Acting

  private func act(_ socket: Int32, _ events: Int32) {
    loop.assertIsCurrent()
    perform(socket, events)
    settle()
  }

  private func perform(_ socket: Int32, _ events: Int32) {
    var count: Int32 = 0
    let code = curl_multi_socket_action(raw, socket, events, &count)
    assert(code == CURLM_OK, "curl_multi_socket_action: \(code.rawValue)")
  }

  /// Does what the callbacks noted. Ends of transfers come first, as they change the rest.
  private func settle() {
    endTransfers()
    if !progressed.isEmpty {
      for transfer in progressed { transfer.advance() }
      progressed.removeAll(keepingCapacity: true)
    }
    sockets.applyChanges()
    if let delay = wantedDelay {
      wantedDelay = nil
      if delay < 0 { timer?.disarm() } else { timer?.arm(after: .milliseconds(delay)) }
    }
  }

  private func endTransfers() {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(raw, &remaining) {
      // The message dies with the handle's removal.
      let (handle, code) = (message.pointee.easy_handle, message.pointee.data.result)
      guard let handle, let easy = running[handle] else { continue }
      if let host = easy.unknownHost {
        lookUp(host, for: easy)
      } else {
        take(easy)?.end(code, on: easy)
      }
    }
  }

  private static let noteDelay: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return -1 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().wantedDelay = milliseconds
    return 0
  }
}
