import Callers
import EventLoop
import Files
import Gateway
import Glibc
import HTTPServer

/// One worker: a thread with its loop, listener, connections to Athena and router. Workers share
/// nothing but the listener of a unix socket.
struct Worker {
  /// What lives on the worker's loop.
  struct Parts {
    let aws: Upstream.Caller
    let gateway: Gateway
    let server: HTTPServer
  }

  private let thread: LoopThread
  private let parts: LoopBound<Parts>

  /// Starts one for each listener.
  static func start(
    _ settings: ServeSettings, _ upstream: Upstream, _ callers: Authenticator.Ways,
    _ shared: Gateway.Shared, _ telemetry: Telemetry, on listeners: consuming [Listener]
  ) throws -> [Worker] {
    try listeners.enumerated().map { index, listener in
      try Worker(index, settings, upstream, callers, shared, telemetry, listener)
    }
  }

  private init(
    _ index: Int, _ settings: ServeSettings, _ upstream: Upstream,
    _ callers: Authenticator.Ways, _ shared: Gateway.Shared, _ telemetry: Telemetry,
    _ listener: Listener
  ) throws {
    let thread = try LoopThread(name: "worker-\(index + 1)")
    parts = try thread.runBlocking { loop in
      let telemetry = telemetry.ofWorker(index)
      return LoopBound(
        try Parts(on: loop, settings, upstream, callers, shared, telemetry, listener), to: loop)
    }
    self.thread = thread
  }

  /// Begins something on the worker's loop, and returns at once. Once it is done the loop calls `then`.
  func begin(
    _ action: @escaping @Sendable (Parts) async -> Void, then: @escaping @Sendable () -> Void = {}
  ) {
    Task(executorPreference: thread.loop) { [parts] in
      await action(parts.value)
      then()
    }
  }

  func stop() throws {
    try thread.runBlocking { [parts] loop in
      // It knows the server.
      loop.onTick = nil
      parts.end()
    }
    thread.stopAndJoin()
  }
}

extension Worker.Parts {
  /// Puts them together, from the socket to Athena.
  fileprivate init(
    on loop: EventLoop, _ settings: ServeSettings, _ upstream: Upstream,
    _ callers: Authenticator.Ways, _ shared: Gateway.Shared, _ telemetry: WorkerTelemetry,
    _ listener: Listener
  ) throws {
    aws = upstream.caller(on: loop, onCall: telemetry.note)
    gateway = Gateway(
      on: loop, athena: aws.athena,
      authenticator: Authenticator(callers, on: loop, clock: { time(nil) }),
      configuration: .init(
        version: AthenaGateway.version, hosts: settings.hosts, proxies: settings.proxies,
        policy: settings.policy.map { policy in { @Sendable in policy.content } },
        basePath: settings.basePath, sessions: settings.sessions,
        codeSources: settings.codeSources, openAPI: Contract.openAPI),
      shared: shared, onEnd: telemetry.note)
    let (basePath, origins, proxies) = (
      settings.basePath, settings.hosts.allowedOrigins, settings.proxies
    )
    server = try HTTPServer(
      listener, on: loop, limits: settings.limits, tls: settings.tls,
      refusal: {
        Gateway.response(
          to: $0, $1, behind: proxies, under: basePath, sharingWith: origins, onEnd: telemetry.note)
      },
      isServedWhenFull: { Gateway.isHealthCheck($0, under: basePath) },
      onFailedHandshake: telemetry.note,
      handler: gateway.respond(to:))
    loop.onTick = { [server] time in
      telemetry.note(
        tick: time, connections: server.connectionCount, accepted: server.acceptedCount)
    }
  }
}
