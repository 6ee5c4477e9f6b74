extension EventLoop {
  /// Lets the loop go on with other things for that long.
  public func pause(for duration: Duration) async {
    await withUnsafeContinuation { continuation in
      let waiter = Waiter()
      // The deadline keeps the waiter alive until it has fired.
      waiter.deadline = makeDeadline {
        waiter.deadline = nil
        continuation.resume()
      }
      waiter.deadline?.arm(after: duration)
    }
  }
}

private final class Waiter {
  var deadline: Deadline?
}
