import TestLoops
import Testing

@testable import EventLoop

@Suite(.timeLimit(.minutes(1))) struct TaskPoolTests {
  @Test func `the task of one work does the next`() async throws {
    try await onLoop { loop in
      let pool = TaskPool(on: loop, keeping: 1)
      defer { pool.close() }
      let first = await pool.taskOfWork()
      #expect(await pool.taskOfWork() === first)
    }
  }

  @Test func `works under way at once have a task each, and no more are kept than is said`()
    async throws
  {
    try await onLoop { loop in
      let pool = TaskPool(on: loop, keeping: 1)
      defer { pool.close() }
      let works = [pool.begin(), pool.begin()]
      for work in works { await work.ready() }
      #expect(works[0].task !== works[1].task)
      for work in works { await work.finish() }
      let later = [pool.begin(), pool.begin()]
      for work in later { await work.ready() }
      #expect(later[0].task === works[0].task)
      #expect(later[1].task !== works[1].task)
      for work in later { await work.finish() }
    }
  }

  @Test func `a task that was cancelled does nothing more`() async throws {
    try await onLoop { loop in
      let pool = TaskPool(on: loop, keeping: 1)
      defer { pool.close() }
      let work = pool.begin()
      await work.ready()
      work.handle?.cancel()
      await work.finish()
      #expect(work.wasCancelled)
      let next = pool.begin()
      await next.ready()
      await next.finish()
      #expect(!next.wasCancelled)
    }
  }

  @Test func `what has ended can't be cancelled, nor what its task does next`() async throws {
    try await onLoop { loop in
      let pool = TaskPool(on: loop, keeping: 1)
      defer { pool.close() }
      let first = pool.begin()
      await first.ready()
      await first.finish()
      first.handle?.cancel()
      let next = pool.begin()
      await next.ready()
      first.handle?.cancel()
      await next.finish()
      #expect(next.task === first.task)
      #expect(!next.wasCancelled)
    }
  }

  @Test func `what is cancelled before it has begun finds itself cancelled, on a kept task too`()
    async throws
  {
    try await onLoop { loop in
      let pool = TaskPool(on: loop, keeping: 1)
      defer { pool.close() }
      for isKept in [false, true] {
        if isKept { _ = await pool.taskOfWork() }
        let work = pool.begin()
        work.handle?.cancel()
        await work.finish()
        #expect(work.wasCancelled)
      }
      let next = pool.begin()
      await next.finish()
      #expect(!next.wasCancelled)
    }
  }

  @Test func `a pool that is closed does what is under way and what still comes, and ends`()
    async throws
  {
    try await onLoop { loop in
      var pool: TaskPool? = TaskPool(on: loop, keeping: 2)
      weak let end = pool
      let works = (0..<2).compactMap { _ in pool?.begin() }
      for work in works { await work.ready() }
      pool?.close()
      let late = pool?.begin()
      pool = nil
      for work in works { await work.finish() }
      await late?.finish()
      try await loop.pause(for: .zero)
      #expect(end == nil)
    }
  }

  @Test func `a work is let go when it is done, and a pool when it is closed`() async throws {
    try await onLoop { loop in
      var pool: TaskPool? = TaskPool(on: loop, keeping: 1)
      weak let end = pool
      weak var held: SteeredWork?
      do {
        let work = SteeredWork()
        held = work
        await withCheckedContinuation { done in
          pool?.run { [work] in
            _ = work
            done.resume()
          }
        }
      }
      #expect(held == nil)
      pool?.close()
      pool = nil
      // The task ends in a turn of its own.
      try await loop.pause(for: .zero)
      #expect(end == nil)
    }
  }
}

/// A work that says when it has begun, and ends when it is told to.
private final class SteeredWork {
  var handle: TaskPool.Work?
  private(set) var wasCancelled = false
  private let begun = SharedOutcome<Void>()
  private let released = SharedOutcome<Void>()
  private let ended = SharedOutcome<Void>()

  func perform() async {
    begun.set(())
    _ = await released.wait()
    wasCancelled = Task.isCancelled
    ended.set(())
  }

  var task: PooledTask? { handle?.task }

  func ready() async { _ = await begun.wait() }

  func finish() async {
    released.set(())
    _ = await ended.wait()
  }
}

extension TaskPool {
  fileprivate func begin() -> SteeredWork {
    let work = SteeredWork()
    work.handle = run { await work.perform() }
    return work
  }

  fileprivate func taskOfWork() async -> PooledTask? {
    let work = begin()
    await work.ready()
    await work.finish()
    return work.task
  }
}
