public import Athena
public import Callers
public import EventLoop
public import HTTPMessage
import HTTPTypes
import Tracing

/// Translates REST to Athena's operations and back: one request in, one response out.
public final class Gateway {
  public struct Configuration: Sendable {
    /// The gateway's own version, as `GET /` tells it.
    public var version: String
    public var hosts: HostPolicy
    /// Whose word on where a request comes from is good.
    public var proxies: TrustedProxies
    /// What is in use now of what callers may do; nil where each may do everything.
    public var policy: (@Sendable () -> Policy)?
    /// Where the gateway's resources are.
    public var basePath: BasePath
    /// What sessions have where callers say nothing of it.
    public var sessions: SessionDefaults
    /// What `codeUri` may name.
    public var codeSources: CodeSources
    /// The contract, openapi.yaml.
    public var openAPI: [UInt8]

    public init(
      version: String, hosts: HostPolicy, proxies: TrustedProxies = TrustedProxies(),
      policy: (@Sendable () -> Policy)? = nil, basePath: BasePath = .root,
      sessions: SessionDefaults = SessionDefaults(),
      codeSources: CodeSources = CodeSources(), openAPI: [UInt8]
    ) {
      self.version = version
      self.hosts = hosts
      self.proxies = proxies
      self.policy = policy
      self.basePath = basePath
      self.sessions = sessions
      self.codeSources = codeSources
      self.openAPI = basePath.serving(openAPI)
    }
  }

  /// What the gateways of all workers have in common.
  public final class Shared: Sendable {
    let provedPairs = ProvedPairs()
    let calculations: Watches<CalculationExecution>
    let sessions: Watches<Session>
    let usage: CallerUsage
    let failures = FailedSignatures()
    let workGroups = SessionWorkGroups()
    private let draining = Lock(false)

    /// Whether the gateway is about to end: it still answers, but asks for no new callers.
    public internal(set) var isDraining: Bool {
      get { draining.withLock { $0 } }
      set { draining.withLock { $0 = newValue } }
    }

    /// How many things of Athena's are asked about again and again, and how many callers wait for them.
    public var waiting: (watches: Int, callers: Int) {
      let (calculations, sessions) = (calculations.count, sessions.count)
      return (calculations.watches + sessions.watches, calculations.watchers + sessions.watchers)
    }

    public convenience init(callerLimits: CallerLimits = CallerLimits()) {
      self.init(polls: PollTools(), callerLimits: callerLimits)
    }

    init(polls: PollTools, callerLimits: CallerLimits = CallerLimits()) {
      usage = CallerUsage(callerLimits)
      calculations = Watches(tools: polls) { $0.isTerminal }
      sessions = Watches(tools: polls) { $0.isEnded }
    }
  }

  let loop: EventLoop
  let athena: AthenaClient
  let authenticator: Authenticator
  let configuration: Configuration
  let shared: Shared
  let unfinished = Unfinished()
  let outputBudget = OutputBudget(64 << 20)
  private let onEnd: RequestContext.EndObserver

  /// - Parameters:
  ///   - loop: The worker's.
  ///   - athena: On the same loop.
  ///   - authenticator: On the same loop.
  ///   - onEnd: Told of each request once its answer has been sent, or nobody is left to take it.
  public init(
    on loop: EventLoop, athena: AthenaClient, authenticator: Authenticator,
    configuration: Configuration, shared: Shared,
    onEnd: @escaping (RequestContext, Delivery) -> Void = { _, _ in }
  ) {
    self.onEnd = onEnd
    self.loop = loop
    self.athena = athena
    self.authenticator = authenticator
    self.configuration = configuration
    self.shared = shared
  }

  /// Has `/readyz` say that new callers should go elsewhere, that of other workers too.
  public func beginDraining() {
    shared.isDraining = true
  }

  /// Whether the request is one that is to be answered whatever else goes on: an orchestrator's.
  public static func isHealthCheck(
    _ request: Request, under basePath: BasePath = .root
  ) -> Bool {
    (try? Route(path: request.path, under: basePath))?.isHealthCheck ?? false
  }

  /// Answers a request. What breaks off its content is thrown, and answered by
  /// ``response(to:_:behind:under:sharingWith:onEnd:)``.
  public func respond(to request: Request) async throws(Refusal) -> Response {
    let request = configuration.proxies.unwrapped(request)
    let context = RequestContext(
      .request(request), under: configuration.basePath,
      sharingWith: configuration.hosts.allowedOrigins,
      onEnd: onEnd)
    do {
      let calls = LoopBound(context.calls, to: loop)
      let response = try await CallRecord.$current.withValue(calls) {
        try await judge(request, context)
      }
      return context.complete(response)
    } catch  where Task.isCancelled {
      // The request's deadline has passed, or nobody is there any more to read this. What was begun in AWS
      // may be done: the answer names the token to repeat it with.
      return context.answer(Problem(.handlerTimeout))
    } catch let problem as Problem {
      return context.answer(problem)
    } catch let error as AthenaError {
      return context.answer(Problem(error))
    } catch let refusal as Refusal {
      guard refusal != .disconnected else { throw refusal }
      return context.answer(Problem(refusal))
    } catch {
      return context.answer(Problem(Refusal.failed))
    }
  }

  /// The answer to a request that the server refuses.
  ///
  /// - Parameter onEnd: Told once the answer has been sent, or nobody is left to take it.
  public static func response(
    to refusal: Refusal, _ refused: Refused, behind proxies: TrustedProxies = TrustedProxies(),
    under basePath: BasePath = .root, sharingWith origins: AllowedOrigins = AllowedOrigins(),
    onEnd: @escaping (RequestContext, Delivery) -> Void = { _, _ in }
  ) -> Response {
    let refused =
      switch refused {
      case .request(let request): Refused.request(proxies.unwrapped(request))
      case .unread: refused
      }
    let context = RequestContext(refused, under: basePath, sharingWith: origins, onEnd: onEnd)
    return context.answer(Problem(refusal))
  }

  /// The order of judgement: host and origin, a browser's preflight, caller, the caller's rate, route, method,
  /// policy, the caller's other limits, then all that belongs to the route.
  private func judge(_ request: Request, _ context: RequestContext) async throws -> Response {
    // Its target is a host to be reached through a proxy, and no resource of anybody's.
    guard request.method != .connect else {
      throw Problem(.notImplemented, "the gateway is no proxy, and opens no tunnels")
    }
    try configuration.hosts.check(
      request, isHealthCheck: Self.isHealthCheck(request, under: configuration.basePath))
    if let answer = Preflight.answer(
      to: request, from: context.origin, under: configuration.basePath)
    {
      return answer
    }
    context.knownCaller = try await caller(of: request, to: context.route)
    if !(context.route?.isHealthCheck ?? false) { try count(request, context) }
    // It asks whether the server is there, and not about a resource (RFC 9110 §9.3.7).
    if request.method == .options, request.path == "*" { return Response(status: .noContent) }
    let route = try context.route ?? Route(path: request.path, under: configuration.basePath)
    if request.method == .options {
      return Response(status: .noContent, fields: [.allow: route.allow])
    }
    try checkMethod(request.method, of: route)
    if !route.isHealthCheck { try await letIn(request, to: route, context) }
    // Not a function of its own: Swift 6.3 crashes when it optimizes that one.
    switch (route, request.method) {
    case (.index, _): return try index(request)
    case (.openAPI, _): return try openAPI(request)
    case (.livez, _): return try livez(request)
    case (.readyz, _): return try await readyz(request)
    case (.problem(let code), _): return try problem(code, request)
    case (.sessions, .post): return try await startSession(request, context)
    case (.sessions, _): return try await listSessions(request, context)
    case (.session(let sessionID), .delete):
      return try await terminateSession(sessionID, request)
    case (.session(let sessionID), _): return try await getSession(sessionID, request, context)
    case (.executors(let sessionID), _): return try await listExecutors(sessionID, request)
    case (.calculations(let sessionID), .post):
      return try await startCalculation(sessionID, request, context)
    case (.calculations(let sessionID), _):
      return try await listCalculations(sessionID, request)
    case (.calculation(let sessionID, let calculationID), .delete):
      return try await stopCalculation(sessionID, calculationID, request)
    case (.calculation(let sessionID, let calculationID), _):
      return try await getCalculation(sessionID, calculationID, request, context)
    case (.code(let sessionID, let calculationID), _):
      return try await getCode(sessionID, calculationID, request)
    case (.events(let sessionID, let calculationID), _):
      return try await getEvents(sessionID, calculationID, request, context)
    case (.output(let output, let sessionID, let calculationID), _):
      return try await getOutput(output, sessionID, calculationID, request)
    }
  }

  /// RFC 9110 §9.1: 501 for a method that the server doesn't know, 405 for one that the resource
  /// doesn't have.
  private func checkMethod(_ method: HTTPRequest.Method, of route: Route) throws(Problem) {
    guard !route.methods.contains(method) else { return }
    let known: [HTTPRequest.Method] = [
      .get, .head, .post, .put, .delete, .options, .patch, .trace,
    ]
    guard known.contains(method) else {
      throw Problem(.notImplemented, "the gateway doesn't know the method \(method.rawValue)")
    }
    var problem = Problem(
      .methodNotAllowed, "\(method.rawValue) is not one of this path's methods: \(route.allow)")
    problem.fields[.allow] = route.allow
    throw problem
  }
}
