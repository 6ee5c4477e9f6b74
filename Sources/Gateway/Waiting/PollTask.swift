import EventLoop

/// The polls of a watch, or a pause between two of them.
struct PollTask: Sendable {
  let task: Task<Void, Never>
  let loop: EventLoop

  /// From any thread: what a loop's tasks wait for is cancelled on the loop.
  func cancel() {
    Task(executorPreference: loop) { task.cancel() }
  }
}

/// What polls are made with.
struct PollTools: Sendable {
  /// A number from 0 to 1.
  var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
  var now: @Sendable () -> Instant = { .now }
  var pause: @Sendable (EventLoop, Duration) async throws(CancellationError) -> Void = {
    (loop, duration) async throws(CancellationError) in try await loop.pause(for: duration)
  }
}
