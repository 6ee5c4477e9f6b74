import CCurl
import EventLoop
import Glibc

/// libcurl's multi handle on the loop, with which connections are made. libcurl may not be called from within
/// its own callbacks, so they only record, and each call to it here is followed by ``settle()``, which acts.
final class MultiHandle {
  /// All that there are, made or being made, by libcurl's own pointer.
  private(set) var connections: [UnsafeMutableRawPointer: Connection] = [:]
  private let loop: EventLoop
  private let connectDeadline: Duration
  private let raw: UnsafeMutableRawPointer
  private let sessions: TLSSessions
  private let sockets: SocketTable
  private let lookups: Lookups
  private var timer: Deadline?
  private var isSettling = false
  /// The milliseconds that libcurl wants to wait, noted by its callback; -1 is for ever.
  private var wantedDelay: Int?

  init(loop: EventLoop, connectDeadline: Duration, lookUp: @escaping Lookups.Begin) {
    Self.initializeLibcurl
    guard let raw = curl_multi_init() else { fatalError("curl_multi_init: out of memory") }
    self.raw = raw
    sessions = TLSSessions()
    self.loop = loop
    self.connectDeadline = connectDeadline
    sockets = SocketTable(loop: loop)
    lookups = Lookups(loop: loop, begin: lookUp)
    let context = Unmanaged.passUnretained(self).toOpaque()
    let codes = [sockets.watch(raw), ccurl_multi_set_timer(raw, Self.noteDelay, context)]
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

  /// Ends all connections, and only then the multi handle.
  func close() {
    for connection in connections.values { remove(connection) }
    curl_multi_cleanup(raw)
    timer = nil
  }

  func makeEasyHandle(
    to origin: String, through proxy: Proxy?, _ configuration: HTTPClient.Configuration
  ) throws(HTTPClientError) -> EasyHandle {
    try EasyHandle(
      to: origin, through: proxy, configuration: configuration, sockets: sockets,
      sessions: sessions)
  }

  // MARK: Connections

  /// Has libcurl make a connection, which is told of the end of that.
  func connect(_ connection: Connection) {
    connections[connection.easy.raw] = connection
    add(connection)
    settle()
  }

  private func add(_ connection: Connection) {
    let code = curl_multi_add_handle(raw, connection.easy.raw)
    precondition(code == CURLM_OK, "curl_multi_add_handle: out of memory")
  }

  /// Closes a connection, or gives it up while it is made.
  func drop(_ connection: Connection) {
    guard connections[connection.easy.raw] === connection else { return }
    remove(connection)
    settle()
  }

  private func remove(_ connection: Connection) {
    let easy = connection.easy
    connection.close()
    if easy.isWaitingForAddresses, let host = easy.unknownHost {
      lookups.remove(connection, for: host.name)
    } else {
      curl_multi_remove_handle(raw, easy.raw)
    }
    connections[easy.raw] = nil
  }

  /// libcurl would give each lookup a thread, and leave that behind where the connection is given up first. So
  /// it gives the handle back, with nothing sent, and gets it again together with the addresses.
  private func lookUp(_ host: Host, for connection: Connection) {
    curl_multi_remove_handle(raw, connection.easy.raw)
    connection.waitForAddresses(until: loop.now + connectDeadline)
    lookups.add(connection, for: host.name)
  }

  private func goOn(_ waiting: [Connection], with answer: NameLookup.Answer) {
    loop.assertIsCurrent()
    for connection in waiting {
      switch answer {
      case .success(let addresses):
        connection.goOn(with: addresses)
        add(connection)
      case .failure(let failure):
        connection.fail(connection.easy.lookupError(failure.reason))
      }
    }
    act(CURL_SOCKET_TIMEOUT, 0)
  }

  // MARK: Acting

  private func act(_ socket: Int32, _ events: Int32) {
    loop.assertIsCurrent()
    var count: Int32 = 0
    let code = curl_multi_socket_action(raw, socket, events, &count)
    assert(code == CURLM_OK, "curl_multi_socket_action: \(code.rawValue)")
    settle()
  }

  /// Does what the callbacks noted. Connections that are made or have failed come first, as they change the
  /// rest.
  private func settle() {
    // What ends a connection comes here again: a thousand that fail together are one loop, not as many frames.
    guard !isSettling else { return }
    isSettling = true
    defer { isSettling = false }
    endConnecting()
    sockets.applyChanges()
    if let delay = wantedDelay {
      wantedDelay = nil
      if delay < 0 { timer?.disarm() } else { timer?.arm(after: .milliseconds(delay)) }
    }
  }

  private func endConnecting() {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(raw, &remaining) {
      // The message dies with the handle's removal.
      let (handle, code) = (message.pointee.easy_handle, message.pointee.data.result)
      guard let handle, let connection = connections[handle] else { continue }
      if let host = connection.easy.unknownHost {
        lookUp(host, for: connection)
      } else if code == CURLE_OK {
        connection.open()
      } else {
        connection.fail(connection.easy.error(code))
      }
    }
  }

  private static let noteDelay: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return -1 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().wantedDelay = milliseconds
    return 0
  }
}
