import Glibc

/// The streams that every program expects to have.
enum StandardStreams {
  /// Opens `/dev/null` for those that were closed at the start: a socket would get such a number otherwise, and what
  /// the program says would be sent to a caller.
  static func open() {
    // The number that is free and lowest is the next one's.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = Glibc.open("/dev/null", O_RDWR)
    }
  }
}
