public import EventLoop
import Synchronization

/// Lines on their way to a file, pipe or terminal. Whoever adds one never waits: a thread of the queue's own writes
/// them, and what that falls behind with is dropped, and counted.
public final class LogQueue: Sendable {
  private struct Waiting: ~Copyable {
    var bytes: [UInt8] = []
    /// How many lines were dropped since that was last said.
    var dropped = 0
    /// Whether the thread will look for lines without being woken.
    var isAwake = false
    var isEnding = false
  }

  /// What the thread takes at once.
  struct Batch {
    var bytes: [UInt8] = []
    /// How many lines are missing before them.
    var dropped = 0
  }

  /// In bytes; the thread may be writing as much besides.
  private let limit: Int
  private let waiting = Lock(Waiting())
  private let wake = Semaphore()
  private let ended = Semaphore()
  private let allDropped = Atomic(0)

  /// Begins to write.
  ///
  /// - Parameters:
  ///   - descriptor: Where to; stays its owner's.
  ///   - limit: How many bytes may wait to be written.
  public init(to descriptor: Int32, _ format: LogFormat, limit: Int = 1 << 20) throws(SystemError) {
    self.limit = limit
    let writer = LogWriter(descriptor, format)
    try BlockingWork.begin { [self] in
      writer.run(self)
      ended.signal()
    }
  }

  /// How many lines have been dropped.
  public var droppedLines: Int { allDropped.load(ordering: .relaxed) }

  /// Adds a line, with its end; drops it where too much waits already.
  public func append(_ line: [UInt8]) {
    let (isDropped, mustWake) = waiting.withLock { waiting in
      guard waiting.bytes.count + line.count <= limit, !waiting.isEnding else {
        waiting.dropped += 1
        return (true, false)
      }
      waiting.bytes.append(contentsOf: line)
      defer { waiting.isAwake = true }
      return (false, !waiting.isAwake)
    }
    if isDropped { allDropped.add(1, ordering: .relaxed) }
    if mustWake { wake.signal() }
  }

  /// Takes no more lines, and returns once those that wait are written, or the time is over.
  public func end(within limit: Duration) {
    waiting.withLock { $0.isEnding = true }
    wake.signal()
    ended.wait(atMost: limit)
  }

  // MARK: The thread's side

  /// Waits for lines, and takes all of them in exchange for an empty buffer; nil once the queue has ended.
  func take(_ buffer: [UInt8]) -> Batch? {
    var batch = Batch(bytes: buffer)
    while true {
      let isOver = waiting.withLock { waiting in
        swap(&waiting.bytes, &batch.bytes)
        (batch.dropped, waiting.dropped) = (waiting.dropped, 0)
        if batch.bytes.isEmpty { waiting.isAwake = false }
        return waiting.isEnding
      }
      if !batch.bytes.isEmpty { return batch }
      guard !isOver else { return nil }
      waiting.withLock { $0.dropped += batch.dropped }
      wake.wait()
    }
  }

  /// The descriptor has not taken these lines.
  func drop(_ lines: Int, saidBefore: Int) {
    waiting.withLock { $0.dropped += lines + saidBefore }
    allDropped.add(lines, ordering: .relaxed)
  }
}
