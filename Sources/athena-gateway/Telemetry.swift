import EventLoop
import Gateway
import Glibc
import HTTPMessage
import HTTPServer
import Log
import Logging
import Metrics
import Tracing

/// Where the gateway says what it does: the log, and the numbers of its workers.
struct Telemetry: Sendable {
  let logger: Logger
  let metrics = GatewayMetrics()
  /// One a worker.
  let slots: [MetricsSlot]
  private let queue: LogQueue
  private let seeing: Seeing

  /// Begins the log.
  init(_ seeing: Seeing, workers: Int) throws(SystemError) {
    self.seeing = seeing
    let queue = try LogQueue(to: STDERR_FILENO, seeing.format)
    self.queue = queue
    logger = Logger(label: "athena-gateway") { _ in
      QueuedLogHandler(queue, seeing.format, level: seeing.level)
    }
    let layout = metrics.layout
    slots = (0..<workers).map { _ in MetricsSlot(layout) }
  }

  var droppedLines: Int { queue.droppedLines }

  /// Writes what is left of the log, as far as somebody takes it.
  func end() {
    queue.end(within: .milliseconds(500))
  }

  /// What one worker tells.
  func ofWorker(_ index: Int) -> WorkerTelemetry {
    WorkerTelemetry(queue, seeing, metrics, slots[index])
  }
}

/// What one worker tells of each request, on its loop.
final class WorkerTelemetry {
  private let queue: LogQueue
  private let level: Logger.Level
  private let metrics: GatewayMetrics
  private let slot: MetricsSlot
  private var line: LogLine

  init(_ queue: LogQueue, _ seeing: Seeing, _ metrics: GatewayMetrics, _ slot: MetricsSlot) {
    (self.queue, level, self.metrics, self.slot) = (queue, seeing.level, metrics, slot)
    line = LogLine(seeing.format)
  }

  func note(_ context: RequestContext, _ delivery: Delivery) {
    metrics.count(context, delivery, in: slot)
    let level = context.isHealthCheck ? Logger.Level.debug : .info
    guard level >= self.level else { return }
    line.write(context, delivery, level)
    queue.append(line.bytes)
  }

  func note(_ fault: TLSFault, from peer: IPAddress?) {
    metrics.count(fault, in: slot)
    guard level <= .debug else { return }
    line.begin(.debug, "a TLS handshake has failed: \(fault.words)")
    line.field("reason", fault.kind.rawValue)
    line.field("peer", peer?.description)
    line.end()
    queue.append(line.bytes)
  }

  func note(_ call: CallRecord.Outcome) {
    metrics.count(call, in: slot)
  }

  /// - Parameters:
  ///   - connections: How many there are.
  ///   - accepted: How many there have been.
  func note(tick: Duration, connections: Int, accepted: Int) {
    slot.observe(tick, in: metrics.lag)
    slot.set(metrics.connections, to: connections)
    slot.set(metrics.accepted, to: accepted)
  }
}

extension RequestContext {
  fileprivate var isHealthCheck: Bool { template == .livez || template == .readyz }
}
