import AWSClient
import Athena
import EventLoop
import Gateway
import Glibc
import HTTPClient
import HTTPServer

/// One worker: a thread with its loop, listener, connections to Athena and router. Workers share
/// nothing.
struct Worker {
  /// Where it listens, the port that was chosen included.
  let address: ListenAddress

  private let thread: LoopThread

  /// Starts all of them on one address, where each has a listener of its own.
  static func start(_ settings: ServeSettings, _ upstream: Upstream) throws -> [Worker] {
    let isShared = settings.workers > 1
    let first = try Worker(1, settings, upstream, settings.listen, isShared: isShared)
    return try [first]
      + (1..<settings.workers).map { number in
        try Worker(number + 1, settings, upstream, first.address, isShared: isShared)
      }
  }

  private init(
    _ number: Int, _ settings: ServeSettings, _ upstream: Upstream, _ address: ListenAddress,
    isShared: Bool
  ) throws {
    let thread = try LoopThread(name: "worker-\(number)")
    let port = try thread.runBlocking { loop in
      try Self.serve(on: loop, settings, upstream, Listener(address, isShared: isShared))
    }
    self.thread = thread
    self.address = try address.with(port: port)
  }

  func stop() {
    thread.stopAndJoin()
  }

  /// Puts the parts together, from the socket to Athena. Returns the port.
  private static func serve(
    on loop: EventLoop, _ settings: ServeSettings, _ upstream: Upstream,
    _ listener: consuming Listener
  ) throws -> UInt16 {
    let http = HTTPClient(
      on: loop, configuration: .init(userAgent: "athena-gateway/\(AthenaGateway.version)"))
    let context = AWSContext(
      http: http, region: upstream.region, credentials: upstream.credentials,
      clock: { time(nil) })
    let gateway = Gateway(
      athena: AthenaClient(context, endpoint: upstream.athena, s3Endpoint: upstream.s3),
      configuration: .init(version: AthenaGateway.version, hosts: settings.hosts))
    let server = try HTTPServer(
      listener, on: loop, refusal: Gateway.response(to:request:), handler: gateway.respond(to:))
    return server.port
  }
}
