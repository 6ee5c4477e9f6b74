import Glibc

/// A state that one thread at a time touches, as `Synchronization.Mutex` has one.
///
/// A lock of pthread's is one that the thread sanitizer knows. The slow path of `Mutex` is in a library
/// that is not instrumented, so that what it orders is reported as a race.
package struct Lock<State: ~Copyable>: ~Copyable {
  // Both on the heap: a pthread_mutex_t must not move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let state: UnsafeMutablePointer<State>

  package init(_ state: consuming sending State) {
    mutex = .allocate(capacity: 1)
    // Fails for attributes alone, of which there are none.
    pthread_mutex_init(mutex, nil)
    self.state = .allocate(capacity: 1)
    self.state.initialize(to: state)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` while no other thread is in one. Must not be called in `body`.
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state.pointee)
  }
}

// `@unchecked`: the state is touched under the lock alone, and came from nowhere else (`sending`).
extension Lock: @unchecked Sendable where State: ~Copyable {}
