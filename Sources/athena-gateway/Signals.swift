import EventLoop
import Glibc

/// The signals that the program answers, kept for the main thread.
///
/// To be made before any other thread is: threads inherit the mask. As a container's first process the
/// program would otherwise ignore SIGTERM.
struct Signals: Sendable {
  enum Event: Equatable {
    /// SIGTERM or SIGINT, by its number.
    case end(Int32)
    /// SIGHUP.
    case reload
    /// Another thread's ``wake()``.
    case wake
  }

  private let set: sigset_t
  /// The thread that first makes the value.
  private static let main = pthread_self()

  init() {
    var set = sigset_t()
    sigemptyset(&set)
    _ = Self.main
    for number in [SIGINT, SIGTERM, SIGHUP, Self.wakeSignal] where !Self.isIgnored(number) {
      sigaddset(&set, number)
      // A library's thread may have a mask of its own, and get what the main thread is not waiting for just
      // now: it passes it on.
      signal(number) { pthread_kill(Signals.main, $0) }
    }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    self.set = set
    // A write to a connection that its peer has closed is an error to deal with, not an end.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Whether the parent has set it so, as nohup(1) and a shell's `&` do: the program keeps that.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    let ignoring: sighandler_t = SIG_IGN
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(ignoring, to: Int.self)
  }

  /// Waits for the next one; nil once the instant has come.
  func next(before instant: Instant = .never) -> Event? {
    var set = set
    while true {
      var remaining = timespec(max(.zero, instant - .now))
      switch sigtimedwait(&set, nil, &remaining) {
      case SIGHUP: return .reload
      case Self.wakeSignal: return .wake
      case let signal where signal > 0: return .end(signal)
      default: if errno == EAGAIN { return nil }
      }
    }
  }

  /// Ends a wait of the main thread, or the next one that it begins. From any thread.
  func wake() {
    pthread_kill(Self.main, Self.wakeSignal)
  }

  private static let wakeSignal = SIGUSR1

  /// Ends the process as the signal would have, had nobody kept it, so that its parent sees what it was.
  static func die(of ending: Int32) -> Never {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, ending)
    signal(ending, SIG_DFL)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(ending)
    // No signal ends a container's first process. A shell names it by this status.
    _exit(128 + ending)
  }
}

extension timespec {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
  }
}
