import Athena
import EventLoop
import Tracing

/// One caller's place among those who watch a thing; given back at its end.
final class Watcher<State: Sendable> {
  private let watch: Watch<State>
  private let leave: () -> Void

  /// The number of the poll that had begun last when the caller came. What later ones observe is younger.
  let poll: Int
  /// The number of the poll that had observed something last by then.
  let observedPoll: Int

  init(_ watch: Watch<State>, leave: @escaping () -> Void) {
    self.watch = watch
    (poll, observedPoll) = (watch.poll, watch.observedPoll)
    self.leave = leave
  }

  deinit { leave() }

  /// What was last observed; nil as long as nothing has been.
  var latest: State? { watch.latest }

  /// What was observed just now.
  var recent: State? { watch.recent }

  /// The number of the poll that has begun last.
  var currentPoll: Int { watch.poll }

  /// The error of the last poll, if it had one.
  var failure: AthenaError? { watch.failure }

  /// Waits for a state that is wanted; one that nothing can come after is taken for it.
  ///
  /// - Parameters:
  ///   - wait: What else ends it; nil for the task's cancellation alone.
  ///   - poll: The number of one: only what later ones observe counts.
  /// - Returns: nil where the wait has ended before.
  func state(
    during wait: Wait?, after poll: Int = 0, where isWanted: @escaping @Sendable (State) -> Bool
  ) async throws(AthenaError) -> State? {
    try await outcome(.init(poll: poll, isWanted: isWanted)) { wait?.onEnd($0) }
  }

  /// What the next poll to end comes to, if only to being throttled; the time of the wait may be over.
  ///
  /// - Returns: nil where a drain comes first.
  func nextOutcome(beforeDrainOf wait: Wait) async throws(AthenaError) -> State? {
    let wish = Watch<State>.Wish(poll: observedPoll, includesThrottling: true) { _ in true }
    return try await outcome(wish) { wait.onDrain($0) }
  }

  /// - Parameter onEnd: Gets what is to be called where something else ends it.
  private func outcome(
    _ wish: Watch<State>.Wish, onEnd: (@escaping () -> Void) -> Void
  ) async throws(AthenaError) -> State? {
    let (watch, ticket) = (watch, watch.makeTicket())
    CallRecord.current?.value.place?.letGo()
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        watch.wait(ticket, for: wish, continuation)
        // Whoever ends it after this look finds the waiter.
        if Task.isCancelled { watch.giveUp(ticket) }
        onEnd { watch.giveUp(ticket) }
      }
    } onCancel: {
      watch.giveUp(ticket)
    }
    return try outcome?.get()
  }
}
