import Glibc

/// Counts signals, for a thread that waits for them (sem_overview(7)).
// `@unchecked`: the semaphore is made for threads, and has an address that does not change.
package final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  package init() {
    semaphore = .allocate(capacity: 1)
    // Fails for a count that is too large alone.
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  package func signal() {
    sem_post(semaphore)
  }

  package func wait() {
    while sem_wait(semaphore) != 0 {}
  }

  /// Returns without a signal once the time is over, by the wall clock: there is no other for it that Swift sees.
  package func wait(atMost duration: Duration) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = end.tv_nsec + Int(attoseconds / 1_000_000_000)
    end.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    while sem_timedwait(semaphore, &end) != 0, errno == EINTR {}
  }
}
