extension EventLoop {
  /// What some work comes to; nil where that takes longer than the limit, or the waiting task is cancelled
  /// before. The work is cancelled then and waited for no longer: what can't be ended at once, as a program
  /// that ignores signals, holds up nobody.
  package func outcome<Value: Sendable>(
    within limit: Duration, of work: @escaping () async -> Value
  ) async -> Value? {
    let outcome = SharedOutcome<Value?>()
    let task = spawn { outcome.set(await work()) }
    let deadline = makeDeadline { outcome.set(nil) }
    deadline.arm(after: limit)
    let value = await outcome.wait() ?? nil
    // Also what keeps the deadline until here.
    deadline.disarm()
    if value == nil { task.cancel() }
    return value
  }
}
