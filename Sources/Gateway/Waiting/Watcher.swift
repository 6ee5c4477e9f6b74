import Athena

/// One caller's place among those who watch a thing; given back at its end.
final class Watcher<State: Sendable> {
  private let watch: Watch<State>
  private let leave: () -> Void

  init(_ watch: Watch<State>, leave: @escaping () -> Void) {
    self.watch = watch
    self.leave = leave
  }

  deinit { leave() }

  /// What was last observed; nil as long as nothing has been.
  var latest: State? { watch.latest }

  /// The error of the last poll, if it had one.
  var failure: AthenaError? { watch.failure }

  /// Waits for a state that is wanted; one that nothing can come after is taken for it.
  ///
  /// - Parameters:
  ///   - wait: What else ends it; nil for the task's cancellation alone.
  ///   - isFresh: Whether only what is still to be observed counts.
  /// - Returns: nil where the wait has ended before.
  func state(
    during wait: Wait?, isFresh: Bool = false,
    where isWanted: @escaping @Sendable (State) -> Bool
  ) async throws(AthenaError) -> State? {
    let (watch, ticket) = (watch, watch.makeTicket())
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        watch.wait(ticket, isFresh: isFresh, for: isWanted, continuation)
        // Whoever ends it after this look finds the waiter.
        if Task.isCancelled { watch.giveUp(ticket) }
        wait?.onEnd { watch.giveUp(ticket) }
      }
    } onCancel: {
      watch.giveUp(ticket)
    }
    return try outcome?.get()
  }
}
