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
  private let lookups: Lookups
  /// What leads to the transfer's host.
  private var proxy: Proxy?
  private var deadline: Deadline?

  init(
    loop: EventLoop, configuration: HTTPClient.Configuration, sockets: SocketTable,
    lookups: Lookups, sharing share: UnsafeMutableRawPointer
  ) {
    guard let raw = curl_easy_init() else { fatalError("curl_easy_init: out of memory") }
    self.raw = raw
    proxies = configuration.proxies
    self.sockets = sockets
    self.lookups = lookups
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setConstants(configuration)
    precondition(ccurl_use_share(raw, share) == CURLE_OK, "libcurl refuses to share")
    deadline = loop.makeDeadline { [unowned self] in transfer?.deadlineHasPassed() }
  }

  /// The multi handle has let go of it before.
  deinit {
    curl_easy_cleanup(raw)
    errorText.deallocate()
  }

  /// Refusals are for want of memory or of a feature that every libcurl since 7.87 has.
  private func setConstants(_ configuration: HTTPClient.Configuration) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let codes = [
      ccurl_forbid_signals(raw), ccurl_allow_http_only(raw), ccurl_keep_path(raw),
      ccurl_verify_tls(raw), ccurl_ignore_environment(raw), ccurl_leave_resolver_behind(raw),
      ccurl_distrust_proxies(raw, configuration.authorities),
      ccurl_set_connection_lifetime(raw, Int(configuration.connectionLifetime.components.seconds)),
      ccurl_set_user_agent(raw, configuration.userAgent),
      ccurl_set_connect_deadline(raw, Self.milliseconds(configuration.connectDeadline)),
      ccurl_set_error_buffer(raw, errorText),
      ccurl_set_receivers(raw, Self.receiveHeader, Self.receiveContent, context),
      ccurl_set_lookup_watcher(raw, Self.noteLookup, context),
      ccurl_set_socket_opener(raw, Self.openSocket, context), sockets.own(raw),
      configuration.authorities.map { ccurl_set_authorities(raw, $0) } ?? CURLE_OK,
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
    errorText[0] = 0
    deadline?.arm(after: request.deadline)
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
    return ccurl_set_proxy(raw, wanted?.url ?? "", wanted?.user, wanted?.password)
  }

  /// What the last transfer has failed of.
  func error(_ code: CURLcode, limits: Transfer.Limits) -> HTTPClientError {
    let error = code.error(detail: String(cString: errorText), limits: limits)
    guard let proxy else { return error }
    return error.through(proxy, connectStatus: ccurl_connect_status(raw))
  }

  /// Forgets the transfer and what belonged to it. The multi handle has let go of it before.
  func release() {
    transfer = nil
    lookups.end(for: self)
    deadline?.disarm()
    _ = ccurl_forget_body(raw)
    _ = ccurl_set_fields(raw, nil)
    fields = nil
  }

  func arm(after duration: Duration) { deadline?.arm(after: duration) }

  func disarm() { deadline?.disarm() }

  // MARK: Callbacks

  private static let noteLookup: curl_resolver_start_callback = { _, _, context in
    guard let easy = of(context) else { return -1 }
    easy.lookups.begin(for: easy)
    return 0
  }

  private static let openSocket: curl_opensocket_callback = { context, _, address in
    guard let easy = of(context), let address = address?.pointee else { return CURL_SOCKET_BAD }
    easy.lookups.end(for: easy)
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
