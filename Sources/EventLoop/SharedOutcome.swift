/// What one task works for and many wait for, each on its own loop.
package final class SharedOutcome<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiters: [Int: CheckedContinuation<Value?, Never>] = [:]
    var nextTicket = 0
  }

  private let state = Lock(State())

  package init() {}

  /// Sets it and wakes those who wait; nothing where it is set already.
  package func set(_ value: Value) {
    let waiters = state.withLock { state in
      if state.value == nil { state.value = value }
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// Waits for it; nil when the waiting task is cancelled, which concerns nobody else.
  package func wait() async -> Value? {
    let ticket = state.withLock { state in
      defer { state.nextTicket += 1 }
      return state.nextTicket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let (isOver, value) = state.withLock { state -> (Bool, Value?) in
          if let value = state.value { return (true, value) }
          // Whoever cancels after this look finds the waiter.
          if Task.isCancelled { return (true, nil) }
          state.waiters[ticket] = waiter
          return (false, nil)
        }
        if isOver { waiter.resume(returning: value) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: nil)
    }
  }
}
