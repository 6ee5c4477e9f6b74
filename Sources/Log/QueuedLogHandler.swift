import EventLoop
public import Logging

/// swift-log's way to a queue. What is logged by it is a line for whoever runs the gateway.
public struct QueuedLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let queue: LogQueue
  private let format: LogFormat

  public init(_ queue: LogQueue, _ format: LogFormat, level: Logger.Level) {
    (self.queue, self.format, logLevel) = (queue, format, level)
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line = LogLine(format)
    line.begin(event.level, event.message.description)
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) {
      line.field(named: name, value.description)
    }
    line.end()
    queue.append(line.bytes)
  }
}
