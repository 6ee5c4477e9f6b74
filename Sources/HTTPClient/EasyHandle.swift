import CCurl
import EventLoop

/// One of libcurl's easy handles with its constant options, used for one transfer after the other.
final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  private(set) var transfer: Transfer?
  private let errorText: UnsafeMutablePointer<CChar>
  private var fields: FieldList?
  private let proxies: Proxies
  private let sockets: SocketTable
  private let loop: EventLoop
  private let connectDeadline: Duration
  private var url = ""
  /// What leads to the transfer's host.
  private var proxy: Proxy?
  /// The host whose address libcurl wants to know, and which the transfer waits for once
  /// ``isWaitingForAddresses``.
  private(set) var unknownHost: Host?
  private(set) var isWaitingForAddresses = false
  private var addresses: UnsafeMutablePointer<curl_slist>?
  private var deadline: Deadline?
  /// When the request's deadline is.
  private var end = Instant.never

  init(
    loop: EventLoop, configuration: HTTPClient.Configuration, sockets: SocketTable,
    sharing share: UnsafeMutableRawPointer
  ) {
    guard let raw = curl_easy_init() else { fatalError("curl_easy_init: out of memory") }
    self.raw = raw
    proxies = configuration.proxies
    self.sockets = sockets
    self.loop = loop
    connectDeadline = configuration.connectDeadline
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setConstants(configuration)
    precondition(ccurl_use_share(raw, share) == CURLE_OK, "libcurl refuses to share")
    deadline = loop.makeDeadline { [unowned self] in deadlineHasPassed() }
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
      ccurl_forbid_signals(raw), ccurl_allow_http_only(raw), ccurl_keep_path(raw),
      ccurl_verify_tls(raw), ccurl_ignore_environment(raw),
      ccurl_distrust_proxies(raw, configuration.authorities),
      ccurl_set_connection_lifetime(raw, Int(configuration.connectionLifetime.components.seconds)),
      ccurl_set_user_agent(raw, configuration.userAgent),
      ccurl_set_connect_deadline(raw, Self.milliseconds(configuration.connectDeadline)),
      ccurl_set_error_buffer(raw, errorText),
      ccurl_set_receivers(raw, Self.receiveHeader, Self.receiveContent, context),
      ccurl_set_lookup_watcher(raw, Self.allowLookup, context),
      ccurl_set_socket_opener(raw, Self.openSocket, context), sockets.own(raw),
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

  /// Makes the handle ready for the multi handle.
  func prepare(_ request: ClientRequest, for transfer: Transfer) throws(HTTPClientError) {
    let list = FieldList(of: request)
    // HEAD declares a length and sends nothing; a stream's reader counts for himself.
    let isLimited = transfer.kind == .whole && request.method != .head
    let codes = [
      ccurl_set_url(raw, request.url), set(request.method, request.body), setProxy(for: request),
      ccurl_set_fields(raw, list.first),
      ccurl_set_declared_limit(raw, isLimited ? request.answerLimit : 0),
    ]
    fields = consume list
    guard codes.allSatisfy({ $0 == CURLE_OK }) else {
      release()
      throw .invalidRequest("libcurl refuses the URL or the content")
    }
    self.transfer = transfer
    url = request.url
    errorText[0] = 0
    end = loop.now + request.deadline
    deadline?.arm(at: end)
  }

  private func set(_ method: ClientRequest.Method, _ body: [UInt8]) -> CURLcode {
    switch method {
    case .get: ccurl_set_get(raw)
    case .head: ccurl_set_head(raw)
    case .post: body.withUnsafeBytes { ccurl_set_post(raw, nil, $0.baseAddress, $0.count) }
    case .put: body.withUnsafeBytes { ccurl_set_post(raw, "PUT", $0.baseAddress, $0.count) }
    }
  }

  /// A handle keeps its proxy for the next request, which mostly has the same.
  private func setProxy(for request: ClientRequest) -> CURLcode {
    let wanted = request.goesDirect ? nil : proxies.setting(for: request.url)?.proxy
    guard wanted != proxy else { return CURLE_OK }
    proxy = wanted
    let host = wanted.flatMap { Host(of: $0.url, isProxy: true) }
    return ccurl_set_proxy(
      raw, wanted?.url ?? "", host?.port ?? 0, wanted?.user, wanted?.password)
  }

  /// What the last transfer has failed of.
  func error(_ code: CURLcode, limits: Transfer.Limits) -> HTTPClientError {
    inContext(code.error(detail: String(cString: errorText), limits: limits))
  }

  private func inContext(_ error: HTTPClientError) -> HTTPClientError {
    guard let proxy else { return error }
    return error.through(proxy, connectStatus: ccurl_connect_status(raw))
  }

  /// Forgets the transfer and what belonged to it. The multi handle has let go of it before.
  func release() {
    transfer = nil
    unknownHost = nil
    isWaitingForAddresses = false
    setAddresses(nil)
    deadline?.disarm()
    _ = ccurl_forget_body(raw)
    _ = ccurl_set_fields(raw, nil)
    fields = nil
  }

  func arm(after duration: Duration) { deadline?.arm(after: duration) }

  func disarm() { deadline?.disarm() }

  private func deadlineHasPassed() {
    if isWaitingForAddresses {
      transfer?.abort(lookupError("no answer in time"))
    } else {
      transfer?.deadlineHasPassed()
    }
  }

  // MARK: Looking up

  /// The transfer waits for addresses, for as long as it may take to connect. libcurl has let go of it.
  func waitForAddresses() {
    isWaitingForAddresses = true
    deadline?.arm(at: min(end, loop.now + connectDeadline))
  }

  /// Has libcurl know the addresses of the host that it wanted to know, for as long as those that it
  /// looks up itself. It is told them when it gets the transfer again.
  func goOn(with addresses: [String]) {
    guard let host = unknownHost else { return }
    let list = curl_slist_append(
      nil, "+\(host.name):\(host.port):\(addresses.joined(separator: ","))")
    guard let list else { fatalError("out of memory") }
    setAddresses(list)
    unknownHost = nil
    isWaitingForAddresses = false
    errorText[0] = 0
    deadline?.arm(at: end)
  }

  private func setAddresses(_ list: UnsafeMutablePointer<curl_slist>?) {
    guard list != nil || addresses != nil else { return }
    _ = ccurl_set_addresses(raw, list)
    curl_slist_free_all(addresses)
    addresses = list
  }

  /// Why the host that libcurl wants to know has no address.
  func lookupError(_ reason: String) -> HTTPClientError {
    let kind = unknownHost?.isProxy == true ? "proxy" : "host"
    return inContext(.resolve("Could not resolve \(kind): \(unknownHost?.name ?? ""): \(reason)"))
  }

  /// Whether libcurl finds the address of the host without asking anybody.
  private func allowsLookup() -> Bool {
    guard let host = Host(of: proxy?.url ?? url, isProxy: proxy != nil), host.isToBeLookedUp else {
      return true
    }
    // What is not known after a lookup never will be.
    if addresses == nil { unknownHost = host }
    return false
  }

  // MARK: Callbacks

  /// Called before libcurl looks up what is neither known to it nor on a kept connection.
  private static let allowLookup: curl_resolver_start_callback = { _, _, context in
    of(context)?.allowsLookup() == true ? 0 : -1
  }

  private static let openSocket: curl_opensocket_callback = { context, _, address in
    guard let easy = of(context), let address = address?.pointee else { return CURL_SOCKET_BAD }
    return easy.sockets.open(for: address)
  }

  private static let receiveHeader: curl_write_callback = { bytes, size, count, context in
    guard let easy = of(context) else { return 0 }
    let wasTaken = easy.transfer?.receive(header: buffer(bytes, size, count)) ?? false
    return wasTaken ? size * count : Int(CURL_WRITEFUNC_ERROR)
  }

  private static let receiveContent: curl_write_callback = { bytes, size, count, context in
    guard let easy = of(context) else { return 0 }
    switch easy.transfer?.receive(content: buffer(bytes, size, count)) {
    case .taken: return size * count
    case .full: return Int(CURL_WRITEFUNC_PAUSE)
    case .refused, nil: return Int(CURL_WRITEFUNC_ERROR)
    }
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func buffer(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int
  ) -> UnsafeBufferPointer<UInt8> {
    let raw = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return raw.bindMemory(to: UInt8.self)
  }
}
