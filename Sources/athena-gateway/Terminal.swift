import Glibc

/// What the program says to whoever started it.
enum Terminal {
  /// Writes a line to standard output at once: whoever waits for it reads a pipe.
  static func say(_ line: String) {
    put(line, on: STDOUT_FILENO)
  }

  /// Writes what may be wrong, or is not as it was asked for, to standard error.
  static func warn(_ line: String) {
    put("Warning: \(line)", on: STDERR_FILENO)
  }

  /// Writes what went wrong to standard error.
  static func complain(_ line: String) {
    put("Error: \(line)", on: STDERR_FILENO)
  }

  /// Whoever has stopped reading loses the line: a full pipe must not keep the main thread from signals.
  ///
  /// poll(2) and not O_NONBLOCK, which the terminal's other programs would get too. A pipe that is writable
  /// takes 4096 bytes without blocking, which is more than a line.
  private static func put(_ line: String, on descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&pipe, 1, 100) == 1 else { return }
    _ = write(descriptor, bytes, bytes.count)
  }
}
