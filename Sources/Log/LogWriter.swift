import Glibc
import Logging

/// Writes the lines of a queue. It waits as long as the descriptor takes none, and an error ends nothing: what can't
/// be written is dropped, and counted.
struct LogWriter {
  /// For so long lines are collected before the next write: under load it is one for many of them.
  private static let pause: UInt32 = 5_000  // µs

  /// Of a buffer, in bytes: ten times what twenty thousand requests a second come to in a pause.
  private static let keptCapacity = 256 * 1024

  private let descriptor: Int32
  private let format: LogFormat

  init(_ descriptor: Int32, _ format: LogFormat) {
    (self.descriptor, self.format) = (descriptor, format)
  }

  /// Returns when the queue has ended.
  func run(_ queue: LogQueue) {
    var buffer: [UInt8] = []
    var isInMidline = false
    var notice = LogLine(format)
    while let batch = queue.take(buffer) {
      var bytes = batch.bytes
      if batch.dropped > 0 || isInMidline {
        var first: [UInt8] = isInMidline ? [UInt8(ascii: "\n")] : []
        if batch.dropped > 0 {
          notice.begin(.warning, "lines of the log were dropped before this one")
          notice.field("dropped", batch.dropped)
          notice.end()
          first += notice.bytes
        }
        bytes = first + bytes
      }
      let written = write(bytes)
      if written > 0 { isInMidline = bytes[written - 1] != UInt8(ascii: "\n") }
      if written < bytes.count {
        // One that was written in part is lost as well. The notice was no line of anybody's.
        let lost = min(bytes[written...].count(of: "\n"), batch.bytes.count(of: "\n"))
        queue.drop(lost, saidBefore: batch.dropped)
      }
      // One that a rush of lines has grown is let go.
      buffer = batch.bytes.capacity <= Self.keptCapacity ? batch.bytes : []
      buffer.removeAll(keepingCapacity: true)
      usleep(Self.pause)
    }
  }

  /// Returns how many bytes the descriptor has taken: all of them, or those before an error.
  private func write(_ bytes: [UInt8]) -> Int {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
      }
      if count > 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      // Others have made what they share with us non-blocking.
      case EAGAIN:
        var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&pipe, 1, -1)
      default: return written
      }
    }
    return written
  }
}

extension Collection<UInt8> {
  fileprivate func count(of character: Unicode.Scalar) -> Int {
    count { $0 == UInt8(ascii: character) }
  }
}
