import Glibc

/// What the program says to whoever started it.
enum Terminal {
  /// Writes a line to standard output at once: whoever waits for it reads a pipe.
  static func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }
}
