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
    on listeners: consuming [Listener]
  ) throws -> [Worker] {
    let shared = Gateway.Shared(callerLimits: settings.callerLimits)
    return try listeners.enumerated().map { index, listener in
      try Worker(index + 1, settings, upstream, callers, shared, listener)
    }
  }

  private init(
    _ number: Int, _ settings: ServeSettings, _ upstream: Upstream,
    _ callers: Authenticator.Ways, _ shared: Gateway.Shared, _ listener: Listener
  ) throws {
    let thread = try LoopThread(name: "worker-\(number)")
    parts = try thread.runBlocking { loop in
      LoopBound(try Parts(on: loop, settings, upstream, callers, shared, listener), to: loop)
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
    try thread.runBlocking { [parts] _ in parts.end() }
    thread.stopAndJoin()
  }
}

extension Worker.Parts {
  /// Puts them together, from the socket to Athena.
  fileprivate init(
    on loop: EventLoop, _ settings: ServeSettings, _ upstream: Upstream,
    _ callers: Authenticator.Ways, _ shared: Gateway.Shared, _ listener: Listener
  ) throws {
    aws = upstream.caller(on: loop)
    gateway = Gateway(
      on: loop, athena: aws.athena,
      authenticator: Authenticator(callers, on: loop, clock: { time(nil) }),
      configuration: .init(
        version: AthenaGateway.version, hosts: settings.hosts, proxies: settings.proxies,
        policy: settings.policy.map { policy in { @Sendable in policy.content } },
        basePath: settings.basePath, sessions: settings.sessions,
        codeSources: settings.codeSources, openAPI: Contract.openAPI),
      shared: shared)
    let (basePath, origins) = (settings.basePath, settings.hosts.allowedOrigins)
    server = try HTTPServer(
      listener, on: loop, limits: settings.limits, tls: settings.tls,
      refusal: {
        Gateway.response(to: $0, request: $1, under: basePath, sharingWith: origins)
      },
      isServedWhenFull: { Gateway.isHealthCheck($0, under: basePath) },
      handler: gateway.respond(to:))
  }
}
