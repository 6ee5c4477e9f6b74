extension EventLoop {
  /// Suspends the calling task, one of this loop's, for so long, counted from the beginning of the tick.
  ///
  /// Throws as soon as the task is cancelled, which like all that concerns it happens on the loop.
  public func pause(for duration: Duration) async throws(CancellationError) {
    assertIsCurrent()
    // Touched on the loop's thread alone: by the task, its deadline and its cancellation.
    nonisolated(unsafe) let pause = Pause()
    let deadline = makeDeadline { pause.end() }
    deadline.arm(after: duration)
    await withTaskCancellationHandler {
      // A task that was cancelled before has ended it by now.
      guard !pause.isOver else { return }
      await withCheckedContinuation { pause.continuation = $0 }
    } onCancel: {
      self.assertIsCurrent()
      pause.end()
    }
    // Also what keeps the deadline until here.
    deadline.disarm()
    guard !Task.isCancelled else { throw CancellationError() }
  }
}

/// One wait, ended by its deadline or its task's cancellation, whichever is first.
private final class Pause {
  var isOver = false
  var continuation: CheckedContinuation<Void, Never>?

  func end() {
    isOver = true
    continuation?.resume()
    continuation = nil
  }
}
