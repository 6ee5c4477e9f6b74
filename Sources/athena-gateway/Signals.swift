import Glibc

/// The signals that end the program, kept for the main thread.
///
/// To be made before any other thread is: threads inherit the mask. As a container's first process the
/// program would otherwise ignore SIGTERM.
struct Signals {
  private let set: sigset_t

  init() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    self.set = set
    // A write to a connection that its peer has closed is an error to deal with, not an end.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Returns when one of them has come.
  func waitForEnd() {
    var set = set
    var received: Int32 = 0
    while sigwait(&set, &received) != 0 {}
  }
}
