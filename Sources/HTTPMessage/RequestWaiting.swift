/// What ends a handler's wait before what it waits for.
public enum WaitInterruption: Sendable {
  /// The server is about to end: the handler should answer with what it has.
  case drain
  /// The caller's connection has ended, or at least its sending half.
  case callerLeft
}

/// The server's side of a handler that waits, for something else than its caller.
public protocol RequestWaiting: AnyObject {
  /// Puts the request's deadline off by the duration, and tells of what should end the wait before: once at
  /// most, on the handler's loop, and before this returns where it has happened already. Until the end of
  /// the answer; another call takes the place of this one.
  ///
  /// - Parameter minding: Whether a caller counts as gone who has only closed its sending half. A caller that
  ///   is gone for good has its handler cancelled in any case.
  func wait(
    atMost duration: Duration, mindingEndOfInput minding: Bool,
    onInterruption: @escaping (WaitInterruption) -> Void)
}
