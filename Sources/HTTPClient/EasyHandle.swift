import CCurl
import COpenSSL
import EventLoop

/// One of libcurl's easy handles, with which it makes one connection: names, addresses, proxies and TLS are
/// its business, and what is said on the connection is not (CURLOPT_CONNECT_ONLY).
final class EasyHandle {
  /// The bytes that ``receive(into:)`` has room for: two records of TLS.
  static let mostAtOnce = 32 << 10

  let raw: UnsafeMutableRawPointer
  /// What leads to the origin.
  let proxy: Proxy?
  private let origin: String
  private let sockets: SocketTable
  private let sessions: TLSSessions
  private let errorText: UnsafeMutablePointer<CChar>
  /// The host whose address libcurl wants to know, and which the connection waits for once
  /// ``isWaitingForAddresses``.
  private(set) var unknownHost: Host?
  private(set) var isWaitingForAddresses = false
  private var addresses: UnsafeMutablePointer<curl_slist>?

  /// - Parameter origin: Scheme, host and port of a URL.
  init(
    to origin: String, through proxy: Proxy?, configuration: HTTPClient.Configuration,
    sockets: SocketTable, sessions: TLSSessions
  ) throws(HTTPClientError) {
    guard let raw = curl_easy_init() else { fatalError("curl_easy_init: out of memory") }
    self.raw = raw
    self.origin = origin
    self.proxy = proxy
    self.sockets = sockets
    self.sessions = sessions
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setConstants(configuration)
    guard ccurl_set_url(raw, origin) == CURLE_OK, setProxy() == CURLE_OK else {
      throw .invalidRequest("libcurl refuses the URL")
    }
  }

  /// The multi handle has let go of it before.
  deinit {
    curl_easy_cleanup(raw)
    curl_slist_free_all(addresses)
    errorText.deallocate()
  }

  /// Refusals are for want of memory or of a feature that every libcurl since 7.87 has.
  private func setConstants(_ configuration: HTTPClient.Configuration) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let codes = [
      ccurl_connect_only(raw, Self.mostAtOnce), ccurl_forbid_signals(raw),
      ccurl_allow_http_only(raw), ccurl_verify_tls(raw), ccurl_ignore_environment(raw),
      ccurl_distrust_proxies(raw, configuration.authorities),
      ccurl_set_user_agent(raw, configuration.userAgent),
      ccurl_set_connect_deadline(raw, Self.milliseconds(configuration.connectDeadline)),
      ccurl_set_error_buffer(raw, errorText),
      ccurl_set_lookup_watcher(raw, Self.allowLookup, context),
      ccurl_set_socket_opener(raw, Self.openSocket, context), sockets.own(raw),
      ccurl_set_tls_watcher(raw) { _, context, _ in
        guard let context else { return CURLE_FAILED_INIT }
        COpenSSL_CTX_set_safe_options(OpaquePointer(context))
        COpenSSL_CTX_set_event_modes(OpaquePointer(context))
        COpenSSL_CTX_expect_closure_alerts(OpaquePointer(context))
        return CURLE_OK
      },
      sessions.serve(raw),
      configuration.authorities.map { ccurl_set_authorities(raw, $0) } ?? CURLE_OK,
      configuration.verifiesServer ? CURLE_OK : ccurl_trust_anybody(raw),
      configuration.unixSocket.map { ccurl_set_unix_socket(raw, $0) } ?? CURLE_OK,
    ]
    precondition(codes.allSatisfy { $0 == CURLE_OK }, "libcurl refuses an option")
  }

  /// At least 1, as 0 is libcurl's own default of five minutes, and at most a day.
  private static func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = min(duration, .seconds(86_400)).components
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }

  private func setProxy() -> CURLcode {
    guard let proxy else { return CURLE_OK }
    let host = Host(of: proxy.url, isProxy: true)
    return ccurl_set_proxy(raw, proxy.url, host?.port ?? 0, proxy.user, proxy.password)
  }

  // MARK: The connection

  /// What a part of a connection's bytes came to.
  enum Outcome {
    case done(Int)
    case wouldBlock
    case failed(CURLcode)
  }

  /// The connection's socket; negative where it has been closed already.
  ///
  /// For this as for each call that sends or receives libcurl looks the connection up among all that there are:
  /// 0.1 µs with 64 of them, 3 with 1,000.
  var descriptor: Int32 { ccurl_active_socket(raw) }

  /// Sends what the connection takes of some bytes at once.
  func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    errorText[0] = 0
    var count = 0
    return Self.outcome(curl_easy_send(raw, bytes.baseAddress, bytes.count, &count), count)
  }

  /// Receives what is there, as much as there is room for; nothing at the connection's end.
  func receive(into room: UnsafeMutableRawBufferPointer) -> Outcome {
    errorText[0] = 0
    var count = 0
    let code = curl_easy_recv(raw, room.baseAddress, room.count, &count)
    return Self.outcome(code, count)
  }

  /// Whether the connection's end is one that the peer has meant: TLS says so by an alert, and whoever is in
  /// between can end all that is below it (RFC 9112 §9.8).
  var hasEndedProperly: Bool {
    guard let tls = ccurl_tls(raw) else { return true }
    return SSL_get_shutdown(OpaquePointer(tls)) & SSL_RECEIVED_SHUTDOWN != 0
  }

  private static func outcome(_ code: CURLcode, _ count: Int) -> Outcome {
    switch code {
    case CURLE_OK: .done(count)
    case CURLE_AGAIN: .wouldBlock
    default: .failed(code)
    }
  }

  /// What libcurl has failed of.
  func error(_ code: CURLcode) -> HTTPClientError {
    inContext(code.error(detail: String(cString: errorText)))
  }

  /// An error of what was said on the connection, which the proxy may have part in.
  func inContext(_ error: HTTPClientError) -> HTTPClientError {
    guard let proxy else { return error }
    return error.through(proxy, connectStatus: ccurl_connect_status(raw))
  }

  // MARK: Looking up

  /// The connection waits for addresses. libcurl has let go of it.
  func waitForAddresses() {
    isWaitingForAddresses = true
  }

  /// Has libcurl know the addresses of the host that it wanted to know, for as long as those that it
  /// looks up itself. It is told them when it gets the handle again.
  func goOn(with list: [String]) {
    guard let host = unknownHost else { return }
    addresses = curl_slist_append(
      nil, "+\(host.name):\(host.port):\(list.joined(separator: ","))")
    guard let addresses else { fatalError("out of memory") }
    _ = ccurl_set_addresses(raw, addresses)
    unknownHost = nil
    isWaitingForAddresses = false
    errorText[0] = 0
  }

  /// Why the host that libcurl wants to know has no address.
  func lookupError(_ reason: String) -> HTTPClientError {
    let kind = unknownHost?.isProxy == true ? "proxy" : "host"
    return inContext(.resolve("Could not resolve \(kind): \(unknownHost?.name ?? ""): \(reason)"))
  }

  /// Whether libcurl finds the address of the host without asking anybody.
  private func allowsLookup() -> Bool {
    guard let host = Host(of: proxy?.url ?? origin, isProxy: proxy != nil), host.isToBeLookedUp
    else { return true }
    // What is not known after a lookup never will be.
    if addresses == nil { unknownHost = host }
    return false
  }

  // MARK: Callbacks

  /// Called before libcurl looks up what it does not know.
  private static let allowLookup: curl_resolver_start_callback = { _, _, context in
    of(context)?.allowsLookup() == true ? 0 : -1
  }

  private static let openSocket: curl_opensocket_callback = { context, _, address in
    guard let easy = of(context), let address = address?.pointee else { return CURL_SOCKET_BAD }
    return easy.sockets.open(for: address)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
  }
}
