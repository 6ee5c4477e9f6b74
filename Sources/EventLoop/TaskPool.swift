/// Tasks of one loop that are kept from one piece of work to the next.
///
/// What a task's steps need lies in memory of its own, for which a new task asks malloc more than a dozen times; a
/// kept one has it (2 % of a request's instructions). To be used on the loop's thread, as all of the loop is, and to
/// be closed there before the loop stops: an idle task holds both. A kept task keeps the task-local values of whoever
/// had it begin, so no work may be begun where one is bound.
public final class TaskPool {
  /// A piece of work that has begun.
  public struct Work {
    let task: PooledTask
    fileprivate let number: Int

    /// Cancels the task that does the work; nothing once that is done.
    public func cancel() { task.cancel(number) }
  }

  fileprivate let loop: EventLoop
  private let capacity: Int
  private var idle: [PooledTask] = []
  private var isClosed = false

  /// - Parameter capacity: How many tasks are kept that have nothing to do.
  public init(on loop: EventLoop, keeping capacity: Int) {
    self.loop = loop
    self.capacity = capacity
  }

  /// Does a piece of work, on the loop from first to last. Its task may have done others before, and was cancelled
  /// in none.
  @discardableResult
  public func run(_ work: @escaping () async -> Void) -> Work {
    loop.assertIsCurrent()
    let task = idle.popLast() ?? PooledTask()
    return Work(task: task, number: task.begin(work, in: self))
  }

  /// Ends the tasks that have nothing to do, and each of the others when its work is done.
  public func close() {
    isClosed = true
    for task in idle { task.end() }
    idle = []
  }

  fileprivate func keep(_ task: PooledTask) -> Bool {
    guard !isClosed, idle.count < capacity else { return false }
    idle.append(task)
    return true
  }
}

/// A task, and what it is to do next.
final class PooledTask {
  private var work: (() async -> Void)?
  private var task: Task<Void, Never>?
  private var waiter: UnsafeContinuation<Void, Never>?
  /// How many pieces of work it has begun and ended: odd while it is at one.
  private var number = 0

  fileprivate func begin(_ work: @escaping () async -> Void, in pool: TaskPool) -> Int {
    self.work = work
    number += 1
    if let waiter {
      self.waiter = nil
      waiter.resume()
    } else {
      task = pool.loop.spawn { await self.live(in: pool) }
    }
    return number
  }

  fileprivate func cancel(_ number: Int) {
    if number == self.number { task?.cancel() }
  }

  fileprivate func end() {
    waiter?.resume()
    waiter = nil
  }

  private func live(in pool: TaskPool) async {
    while work != nil {
      await doWork()
      number += 1
      // Whoever was cancelled stays so.
      guard !Task.isCancelled, pool.keep(self) else { break }
      await withUnsafeContinuation { waiter = $0 }
    }
    task = nil
  }

  /// A function of its own, so that nothing of the work is held while the task waits for more.
  private func doWork() async {
    guard let work else { return }
    self.work = nil
    await work()
  }
}
