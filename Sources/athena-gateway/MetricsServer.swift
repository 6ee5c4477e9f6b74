import EventLoop
import Gateway
import HTTPMessage
import HTTPServer
import HTTPTypes
import Metrics

/// Serves `GET /metrics`, on a thread of its own: its worker has no callers to keep from their answers.
struct MetricsServer {
  /// Descriptors that it has open at most.
  static let descriptors = 4 + limits.connections + limits.reserve

  /// Prometheus needs one connection; those who look on, a few. Where all are taken by whoever asks nothing, those
  /// of the reserve serve one request each, and the oldest makes room.
  private static let limits: Limits = {
    var limits = Limits()
    limits.connections = 8
    limits.reserve = 4
    limits.body = 0
    limits.headDeadline = .seconds(5)
    limits.idle = .seconds(5)
    limits.writeStall = .seconds(5)
    limits.linger = .seconds(1)
    return limits
  }()

  let address: ListenAddress
  private let file: SocketFile?
  private let thread: LoopThread
  private let server: LoopBound<HTTPServer>

  /// - Parameter page: Makes the content of an answer.
  init(_ address: ListenAddress, page: MetricsPage) throws {
    let listener = try Listener(address, isShared: false)
    (self.address, file) = (listener.address, listener.file)
    let hosts = HostPolicy(isLoopback: address.isLoopback, allowedHosts: [])
    thread = try LoopThread(name: "metrics")
    server = try thread.runBlocking { loop in
      let server = try HTTPServer(
        listener, on: loop, limits: Self.limits,
        refusal: { refusal, _ in Self.text(refusal.status, refusal.status.reasonPhrase) },
        isServedWhenFull: { _ in true },
        handler: { request in Self.answer(request, hosts, page) })
      return LoopBound(server, to: loop)
    }
  }

  func stop() throws {
    try thread.runBlocking { [server] _ in
      server.value.close()
      server.end()
    }
    thread.stopAndJoin()
  }

  /// For a process that ends without a stop.
  func removeFile() {
    file?.remove()
  }

  private static func answer(
    _ request: Request, _ hosts: HostPolicy, _ page: MetricsPage
  ) -> Response {
    guard hosts.allows(request) else {
      return text(.forbidden, "the metrics are not for this host or web page")
    }
    guard request.path == "/metrics" else {
      return text(.notFound, "there is nothing but /metrics")
    }
    guard request.method == .get || request.method == .head else {
      var response = text(.methodNotAllowed, "the metrics can be read, with GET")
      response.fields[.allow] = "GET, HEAD"
      return response
    }
    return Response(
      status: .ok, fields: [.contentType: Exposition.mediaType, .cacheControl: "no-store"],
      content: .bytes(page.content))
  }

  private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status,
      fields: [.contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff"],
      content: .bytes(Array("\(text)\n".utf8)))
  }
}
