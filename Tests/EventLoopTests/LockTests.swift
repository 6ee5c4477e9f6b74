import Glibc
import Testing

@testable import EventLoop

@Suite struct LockTests {
  private final class Shared: Sendable {
    let count = Lock(0)
  }

  @Test func `one thread at a time touches the state`() async {
    let shared = Shared()
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            shared.count.withLock { count in
              let before = count
              sched_yield()
              count = before + 1
            }
          }
        }
      }
    }
    #expect(shared.count.withLock { $0 } == 8000)
  }

  @Test func `a body that throws leaves the lock free, and what it did`() {
    struct Broken: Error {}
    let shared = Shared()
    #expect(throws: Broken.self) {
      try shared.count.withLock { count throws(Broken) in
        count = 1
        throw Broken()
      }
    }
    #expect(shared.count.withLock { $0 } == 1)
  }
}
