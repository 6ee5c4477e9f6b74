/// What is being sent on a connection, and who waits until it is.
struct Outbox {
  enum Outcome {
    /// The kernel has all of it.
    case sent
    /// The kernel takes no more for now.
    case blocked
    /// The connection is gone.
    case ended
  }

  /// Not taken by the kernel yet; and before them those that it has taken already.
  var bytes: [UInt8] = []
  /// Whether the buffer is the server's, which gets it back.
  var isLent = false
  private var sent = 0
  private var waiter: UnsafeContinuation<Void, Never>?

  var isEmpty: Bool { bytes.isEmpty }

  /// How many the kernel has not taken.
  var unsent: Int { bytes.count - sent }

  /// Whether somebody waits for the kernel to take it all.
  var isAwaited: Bool { waiter != nil }

  /// Sends until all is sent or the kernel takes no more, and returns how many bytes it took, too. What
  /// is sent is the caller's to remove.
  mutating func flush(_ send: (Span<UInt8>) -> Socket.Outcome) -> (Outcome, count: Int) {
    let before = sent
    while sent < bytes.count {
      switch send(bytes.span.extracting(sent..<bytes.count)) {
      case .bytes(let count): sent += count
      case .wouldBlock: return (.blocked, sent - before)
      case .ended: return (.ended, sent - before)
      }
    }
    defer { sent = 0 }
    return (.sent, sent - before)
  }

  mutating func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    waiter = continuation
  }

  /// Lets go who waits.
  mutating func resume() {
    waiter?.resume()
    waiter = nil
  }
}
