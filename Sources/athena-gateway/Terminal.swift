import EventLoop
import Glibc
import JSON
import Log
import Logging

/// What a program says to whoever started it, in lines, and what a gateway says before it has a log. Threads say
/// something too: nothing here waits.
enum Terminal {
  /// Has every line from now on be of this format. Text is for people who look on, without moment and level.
  static func use(_ format: LogFormat) {
    Self.format.withLock { $0 = format }
  }

  /// Writes a line to standard output at once: whoever waits for it reads a pipe.
  static func say(_ line: String) {
    put(line, .notice, "", on: STDOUT_FILENO)
  }

  /// Writes what goes beside a command's output to standard error.
  static func note(_ line: String) {
    put(line, .notice, "", on: STDERR_FILENO)
  }

  /// Writes what may be wrong, or is not as it was asked for, to standard error.
  static func warn(_ line: String) {
    put(line, .warning, "Warning: ", on: STDERR_FILENO)
  }

  /// Writes what went wrong to standard error.
  static func complain(_ line: String) {
    put(line, .error, "Error: ", on: STDERR_FILENO)
  }

  /// Whoever has stopped reading loses the line: a full pipe must keep neither a worker from its callers nor
  /// the main thread from signals.
  ///
  /// poll(2) and not O_NONBLOCK, which the terminal's other programs would get too. A pipe that is writable
  /// takes 4096 bytes without blocking, which is more than a line. One at a time, as the next one may find
  /// the pipe full.
  private static func put(
    _ line: String, _ level: Logger.Level, _ prefix: String, on descriptor: Int32
  ) {
    format.withLock { format in
      let bytes: [UInt8]
      switch format {
      case .text: bytes = Array("\("\(prefix)\(line)".printable.cut(to: longestLine))\n".utf8)
      case .json:
        var object = LogLine(.json)
        // Each of its characters may have to be escaped.
        object.begin(level, line.cut(to: longestLine / 2))
        object.end()
        bytes = object.bytes
      }
      var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&pipe, 1, 0) == 1 else { return }
      _ = write(descriptor, bytes, bytes.count)
    }
  }

  private static let longestLine = 4000
  private static let format = Lock(LogFormat.text)
}
