import AWSClient
import EventLoop
import HTTPServer
import LocalAthena

/// The running gateway: its workers, and with `--local` an Athena of its own.
struct GatewayProcess {
  private let settings: ServeSettings

  init(_ settings: ServeSettings) {
    self.settings = settings
  }

  /// Serves until a signal ends it.
  func run() throws {
    let signals = Signals()
    try settings.listen.checkFree()
    let local = settings.isLocal ? try LocalAthenaThread() : nil
    let upstream = try local.map { try Upstream(settings, local: $0) } ?? Upstream(settings)
    let workers = try Worker.start(settings, upstream)
    announce(workers[0].address, upstream)
    signals.waitForEnd()
    for worker in workers { worker.stop() }
    try local?.stop()
  }

  private func announce(_ address: ListenAddress, _ upstream: Upstream) {
    let workers = settings.workers == 1 ? "1 worker" : "\(settings.workers) workers"
    Terminal.say(
      "athena-gateway \(AthenaGateway.version): http://\(address), \(workers), \(upstream)")
    if !settings.isLocal, upstream.credentials.isEmpty {
      Terminal.say(
        "no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; every call to "
          + "Athena will be answered with 503 until the gateway is started with them")
    }
    if settings.isLocal {
      Terminal.say(
        """
        Try:
          curl -i http://\(address)/sessions/\(LocalAthena.demoSession)/calculations -H 'Content-Type: text/x-python' \
        --data-binary 'print(sum(range(10)))'
        """)
    }
  }
}
