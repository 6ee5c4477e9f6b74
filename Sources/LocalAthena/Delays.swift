import EventLoop

/// The answers that are held back, each until its time has come or the server closes.
final class Delays {
  private final class Delay {
    var deadline: Deadline?
    private let continuation: UnsafeContinuation<Void, Never>

    init(_ continuation: UnsafeContinuation<Void, Never>) {
      self.continuation = continuation
    }

    func end() {
      deadline = nil
      continuation.resume()
    }
  }

  private var delays: [ObjectIdentifier: Delay] = [:]

  /// Lets the loop go on with other things for that long.
  func wait(for duration: Duration, on loop: EventLoop) async {
    await withUnsafeContinuation { continuation in
      let delay = Delay(continuation)
      let id = ObjectIdentifier(delay)
      delays[id] = delay
      delay.deadline = loop.makeDeadline { [unowned self] in delays.removeValue(forKey: id)?.end() }
      delay.deadline?.arm(after: duration)
    }
  }

  /// Ends them all: a task that nobody resumes is never freed.
  func end() {
    let ended = delays
    delays = [:]
    for delay in ended.values { delay.end() }
  }
}
