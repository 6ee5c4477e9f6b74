import EventLoop
import Glibc
import JSON

/// What a server says to whoever started it, in lines. Workers say something too: nothing here waits.
enum Terminal {
  /// Writes a line to standard output at once: whoever waits for it reads a pipe.
  static func say(_ line: String) {
    put(line, on: STDOUT_FILENO)
  }

  /// Writes what goes beside a command's output to standard error.
  static func note(_ line: String) {
    put(line, on: STDERR_FILENO)
  }

  /// Writes what may be wrong, or is not as it was asked for, to standard error.
  static func warn(_ line: String) {
    put("Warning: \(line)", on: STDERR_FILENO)
  }

  /// Writes what went wrong to standard error.
  static func complain(_ line: String) {
    put("Error: \(line)", on: STDERR_FILENO)
  }

  /// Whoever has stopped reading loses the line: a full pipe must keep neither a worker from its callers nor
  /// the main thread from signals.
  ///
  /// poll(2) and not O_NONBLOCK, which the terminal's other programs would get too. A pipe that is writable
  /// takes 4096 bytes without blocking, which is more than a line. One at a time, as the next one may find
  /// the pipe full.
  private static func put(_ line: String, on descriptor: Int32) {
    let bytes = Array("\(line.printable.cut(to: longestLine))\n".utf8)
    turn.withLock { _ in
      var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&pipe, 1, 0) == 1 else { return }
      _ = write(descriptor, bytes, bytes.count)
    }
  }

  private static let longestLine = 4000
  private static let turn = Lock(())
}

extension String {
  /// As many of its characters as fit into so many bytes, and "…" where that is not all.
  fileprivate func cut(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = "…"
    var end = utf8.index(startIndex, offsetBy: limit - mark.utf8.count)
    while end > startIndex, String.Index(end, within: self) == nil { end = utf8.index(before: end) }
    return self[..<end] + mark
  }
}
