import AWSClient
import EventLoop
import Glibc
import HTTPServer
import LocalAthena

/// The running gateway: its workers, and with `--local` an Athena of its own.
struct GatewayProcess {
  private let settings: ServeSettings

  init(_ settings: ServeSettings) {
    self.settings = Self.fitting(settings, into: OpenFiles.raisingLimit())
  }

  /// Serves until signals end it.
  func run() throws {
    let signals = Signals()
    var listeners = try settings.listen.listeners(settings.workers)
    let (address, file) = (listeners[0].address, listeners[0].file)
    let (upstream, local) = try target()
    let workers = try Worker.start(settings, upstream, on: listeners)
    // A listener ends when the last who has it lets go of it: that is to be its worker.
    listeners = []
    announce(address, upstream)
    if local == nil { announceCredentials(of: upstream, workers[0]) }

    let signal = waitForEnd(signals)
    let outcome = Shutdown(signals: signals, workers: workers, times: settings.drainTimes)
      .run(waits: signal == SIGTERM)
    try local?.stop()
    switch outcome {
    case .drained: for worker in workers { try worker.stop() }
    case .cut(let connections):
      file?.remove()
      let cut = connections == 1 ? "1 connection was cut" : "\(connections) connections were cut"
      Terminal.complain("the grace period of \(settings.drainTimes.grace) is over: \(cut)")
      // Without a wait for workers, one of which may hang.
      _exit(EXIT_FAILURE)
    case .interrupted(let second):
      file?.remove()
      Signals.die(of: second)
    }
  }

  /// Without descriptors nobody could be answered, health checks included: rather fewer connections.
  private static func fitting(_ settings: ServeSettings, into files: OpenFiles) -> ServeSettings {
    var settings = settings
    let room = files.connections(workers: settings.workers, reserve: settings.limits.reserve)
    // Of the default something less is nothing to be told about at every start.
    let isSurprising = room < 1000 || settings.limits.connections != Limits().connections
    if room < settings.limits.connections, isSurprising {
      Terminal.complain(
        "at most \(room) connections a worker, not \(settings.limits.connections): the limit of open files "
          + "is \(files.limit); raise it, as with 'ulimit -n' or LimitNOFILE=")
    }
    settings.limits.connections = min(room, settings.limits.connections)
    return settings
  }

  /// Returns the signal that ends the gateway.
  private func waitForEnd(_ signals: Signals) -> Int32 {
    while true {
      switch signals.next() {
      case .end(let signal): return signal
      case .reload: reload()
      case .wake, nil: continue
      }
    }
  }

  /// Reads again what can change while the gateway runs: the files of TLS.
  private func reload() {
    settings.tls?.reloadAndSay()
  }

  private func target() throws -> (Upstream, LocalAthenaThread?) {
    switch settings.target {
    case .local(let region):
      let local = try LocalAthenaThread()
      return (try Upstream(local: local, region: region), local)
    case .aws(let configuration):
      let upstream = Upstream(configuration) { error in
        Terminal.say(
          "no AWS credentials from \(error); calls that need them are answered with 503 until there are "
            + "some")
      }
      return (upstream, nil)
    }
  }

  /// Says whose credentials the gateway has, once it has them. Nobody waits: a role that must be assumed
  /// first, or a machine that is none of EC2's, takes its time.
  private func announceCredentials(of upstream: Upstream, _ worker: Worker) {
    worker.begin { parts in
      // The store tells of a failure itself.
      guard let found = try? await upstream.credentials.resolved(with: parts.aws.tools) else {
        return
      }
      Terminal.say("credentials: \(found.summary)")
    }
  }

  private func announce(_ address: ListenAddress, _ upstream: Upstream) {
    let workers = settings.workers == 1 ? "1 worker" : "\(settings.workers) workers"
    Terminal.say(
      "athena-gateway \(AthenaGateway.version): \(address.url(settings.scheme)), \(workers), \(upstream)"
    )
    if case .local = settings.target {
      Terminal.say(
        """
        Try:
          curl -i \(address.curlArgument(settings.scheme))/sessions/\(LocalAthena.demoSession)/calculations -H 'Content-Type: \
        text/x-python' --data-binary 'print(sum(range(10)))'
        """)
    }
  }
}
