import Glibc

/// What the program says to whoever started it.
enum Terminal {
  /// Writes a line to standard output at once: whoever waits for it reads a pipe.
  static func say(_ line: String) {
    put(line, on: STDOUT_FILENO)
  }

  /// Writes what went wrong to standard error.
  static func complain(_ line: String) {
    put("Error: \(line)", on: STDERR_FILENO)
  }

  /// Writes what may be wrong to standard error.
  static func warn(_ line: String) {
    put("Warning: \(line)", on: STDERR_FILENO)
  }

  private static func put(_ line: String, on descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(descriptor, bytes, bytes.count)
  }
}
