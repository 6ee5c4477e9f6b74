import AWSClient
import CLinux
import Callers
import EventLoop
import Gateway
import Glibc
import HTTPClient
import HTTPServer
import LocalAthena
import Logging

/// The running gateway: its workers, and with `--local` an Athena of its own.
struct GatewayProcess {
  private let settings: ServeSettings

  /// Throws where the limit of open files leaves room for nobody.
  init(_ settings: ServeSettings) throws {
    self.settings = try Self.fitting(settings, into: OpenFiles(raisingLimitFor: settings))
  }

  /// Serves until signals end it.
  func run() throws {
    let signals = Signals()
    let telemetry = try Telemetry(settings.seeing, workers: settings.workers)
    let logger = telemetry.logger
    defer { telemetry.end() }
    var listeners = try settings.listen.value.listeners(
      settings.workers, socketMode: settings.socketMode, label: settings.listen.source)
    let (address, file) = (listeners[0].address, listeners[0].file)
    var (upstream, local) = try target(logger)
    upstream.client.transfers = settings.upstreamCalls
    let callers = try settings.callers.ways(
      client: settings.client, certificates: settings.takesClientCertificates,
      allowsAnonymous: settings.allowsAnonymous, logger)
    try OperatorFile.watch(settings.operatorFiles, for: logger)
    let shared = Gateway.Shared(callerLimits: settings.callerLimits)
    let metrics = try metricsServer(
      MetricsPage(
        telemetry: telemetry, gateway: shared, credentials: upstream.credentials,
        process: ProcessMetrics()))
    let workers = try Worker.start(
      settings, upstream, callers, shared, telemetry, on: listeners)
    // A listener ends when the last who has it lets go of it: that is to be its worker.
    listeners = []
    announce(address, upstream, metrics)
    if local == nil { fetchCredentials(of: upstream, workers[0]) }

    let signal = waitForEnd(signals, callers, logger)
    announceEnd(signal, logger)
    let outcome = Shutdown(signals: signals, workers: workers, times: settings.drainTimes)
      .run(waits: signal == SIGTERM)
      .ending(local, signals)
    announce(outcome, logger)
    switch outcome {
    case .drained:
      for worker in workers { try worker.stop() }
      try metrics?.stop()
    case .cut, .interrupted:
      // Without a wait for workers, one of which may hang.
      file?.remove()
      metrics?.removeFile()
      telemetry.end()
      outcome.endProcess()
    }
  }

  /// nil where there is to be none. The default's port may be another gateway's: that is no reason not to serve.
  private func metricsServer(_ page: MetricsPage) throws -> MetricsServer? {
    guard let address = settings.seeing.metrics else { return nil }
    do {
      return try MetricsServer(address, page: page)
    } catch let error as SystemError {
      let explanation = address.explanation(of: error, label: "--metrics-listen")
      if settings.seeing.mustHaveMetrics { throw explanation }
      Terminal.warn("\(explanation); until then there are no metrics")
      return nil
    }
  }

  /// Without descriptors nobody could be answered, health checks included: rather fewer connections.
  private static func fitting(
    _ settings: ServeSettings, into files: OpenFiles
  ) throws -> ServeSettings {
    var settings = settings
    let asked = (workers: settings.workers, connections: settings.limits.connections)
    let room = try files.fitting(workers: asked.workers, reserve: settings.limits.reserve)
    settings.workers = room.workers
    settings.limits.connections = min(room.connections, asked.connections)
    var changes: [String] = []
    if room.workers < asked.workers {
      changes.append("\(counted(room.workers, "worker")), not \(asked.workers)")
    }
    // Of the default something less is nothing to be told about at every start.
    let isSurprising = room.connections < 1000 || asked.connections != Limits().connections
    if room.connections < asked.connections, isSurprising {
      changes.append(
        "at most \(counted(room.connections, "connection")) a worker, not \(asked.connections)")
    }
    if !changes.isEmpty {
      Terminal.warn(
        "\(changes.joined(separator: ", ")): the limit of open files is \(files.limit); "
          + OpenFiles.advice)
    }
    return settings
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// What the start takes, the first credentials and the first answers among it.
  private static let startTime = Duration.seconds(1)

  /// Returns the signal that ends the gateway.
  private func waitForEnd(
    _ signals: Signals, _ callers: Authenticator.Ways, _ logger: Logger
  ) -> Int32 {
    var endOfStart = Instant.now + Self.startTime
    while true {
      switch signals.next(before: endOfStart) {
      case .end(let signal): return signal
      case .reload: reload(callers, logger)
      case .wake: continue
      case nil:
        // A third of its resident memory: most of what a start has read is needed by nothing else.
        clinux_release_unwritten_pages()
        endOfStart = .never
      }
    }
  }

  /// Reads again what can change while the gateway runs: the files of TLS and of callers, and the policy.
  private func reload(_ callers: Authenticator.Ways, _ logger: Logger) {
    settings.tls?.reload(for: logger)
    for file in settings.operatorFiles { file.reload(for: logger) }
    if case .issuer(let keys) = callers.tokens?.keys { keys.reload() }
  }

  /// Says what the signal begins, for whoever waits at a terminal.
  private func announceEnd(_ signal: Int32, _ logger: Logger) {
    let (delay, grace) = (settings.drainTimes.delay, settings.drainTimes.grace)
    let begin =
      signal == SIGTERM
      ? "SIGTERM: /readyz is 503 from now on, and nobody new is let in after \(delay)"
      : "SIGINT: nobody new is let in"
    logger.notice(
      "\(begin); it ends when all is answered, or after \(grace) from now; a second signal ends it at once"
    )
  }

  /// Says what somebody may miss.
  private func announce(_ outcome: Shutdown.Outcome, _ logger: Logger) {
    switch outcome {
    case .drained: break
    case .cut(let connections):
      logger.error(
        "the grace period of \(settings.drainTimes.grace) is over: \(Self.cut(connections))")
    case .interrupted(let second, let connections):
      let name = second == SIGTERM ? "SIGTERM" : "SIGINT"
      logger.notice("\(name), the second signal, ends it at once: \(Self.cut(connections))")
    }
  }

  private static func cut(_ connections: Int) -> String {
    "\(counted(connections, "connection")) \(connections == 1 ? "was" : "were") cut"
  }

  private func target(_ logger: Logger) throws -> (Upstream, LocalAthenaThread?) {
    switch settings.target {
    case .local(let region):
      let local = try LocalAthenaThread()
      return (try Upstream(local: local, region: region), local)
    case .aws(let configuration):
      try configuration.files.watch()
      let upstream = Upstream(
        configuration, onChange: { logger.notice("credentials: \($0.summary)") },
        onFailure: { Self.tell($0, oldOnesServe: $1, logger) },
        onRefusal: { logger.error("\($0.summary)") },
        say: { logger.log(level: $0, "\($1)") })
      return (upstream, nil)
    }
  }

  /// Callers learn no more than which source has failed: here is why.
  private static func tell(_ error: CredentialsError, oldOnesServe: Bool, _ logger: Logger) {
    guard !oldOnesServe else {
      logger.warning(
        "no new AWS credentials from \(error); calls go on with the old ones as long as those serve"
      )
      return
    }
    logger.error(
      "no AWS credentials from \(error); calls that need them are answered with 503 until there are some"
    )
  }

  /// Asks for the first credentials before a call does; the store tells whose they are, or why there are
  /// none. Nobody waits: a role that must be assumed first, or a machine that is none of EC2's, takes its
  /// time.
  private func fetchCredentials(of upstream: Upstream, _ worker: Worker) {
    worker.begin { _ = try? await upstream.credentials.resolved(with: $0.aws.tools) }
  }

  /// What curl is given, with placeholders for what only its user has.
  private func curlArguments(_ address: ListenAddress) -> String {
    let identity =
      switch (settings.callers.areThere, settings.takesClientCertificates) {
      case (true, _): "-H 'Authorization: Bearer KEY' "
      case (false, true): "--cert CALLER.pem --key CALLER.key "
      case (false, false): ""
      }
    return identity + address.curlArguments(certificate: settings.tlsFiles?.certificate)
  }

  private func announce(
    _ address: ListenAddress, _ upstream: Upstream, _ metrics: MetricsServer?
  ) {
    let workers = Self.counted(settings.workers, "worker")
    Terminal.say(
      "athena-gateway \(AthenaGateway.version): \(address.url(settings.scheme)), \(workers), \(upstream)"
    )
    settings.tls?.announce()
    if let metrics { Terminal.say("metrics: \(metrics.address.url())/metrics") }
    if settings.isLocal {
      Terminal.say("Try:")
      Terminal.say(
        """
          curl -i \(curlArguments(address))\(settings.basePath)/sessions/\(LocalAthena.demoSession)/calculations -H 'Content-Type: \
        text/x-python' --data-binary 'print(sum(range(10)))'
        """)
    }
  }
}
