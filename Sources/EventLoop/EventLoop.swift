import CLinux
import Glibc
import Synchronization

/// Is told of a descriptor's readiness, on the loop's thread.
public protocol EventHandler: AnyObject {
  func handle(_ readiness: Readiness)
}

/// One thread with one epoll: descriptors, deadlines, and the Swift tasks that run there.
///
/// All but ``execute(_:)``, ``run(_:)`` and ``stop()`` must be called on the loop's own thread, which
/// every entry asserts. The loop is a task executor: what ``spawn(_:)`` begins runs here from first
/// to last, so tasks of one loop share its objects without locks.
// `@unchecked`: the state of the loop is touched by its own thread alone (asserted); what other
// threads touch is behind a mutex or atomic.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// The jobs that a tick runs before it looks at its descriptors again.
  private static let jobsPerTick = 4096

  /// What other threads hand in.
  private struct Inbox: ~Copyable {
    var jobs: [UnownedJob] = []
    var wakeIsPending = false
    var isStopping = false
  }

  private struct Source {
    let generation: UInt32
    let handler: any EventHandler
  }

  private let epoll: Epoll
  private let wake: FileDescriptor
  private let inbox = Lock(Inbox())
  private let thread = Atomic<UInt>(0)

  private var sources: [Source?] = []
  private var generation: UInt32 = 0
  private var jobs: [UnownedJob] = []
  /// Empty: the room for the next batch of jobs.
  private var room: [UnownedJob] = []
  private var deadlines = DeadlineQueue()
  private var postponed: [() -> Void] = []

  /// The time at which this tick began.
  public private(set) var now = Instant.now

  /// Called at the end of each tick with the time that it took: for so long nobody else had a turn. Set on the loop.
  public var onTick: ((Duration) -> Void)?

  public init() throws(SystemError) {
    epoll = try Epoll()
    let raw = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard raw >= 0 else { throw SystemError("eventfd") }
    wake = FileDescriptor(owning: raw)
    try epoll.add(raw, interest: [.readable, .onChange], data: Self.wakeToken)
  }

  // MARK: The thread

  /// Whether the caller is on this loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

  /// Stops the program in debug builds where the caller is on another thread.
  public func assertIsCurrent() {
    assert(isCurrent, "called off the event loop's thread")
  }

  /// Makes the calling thread the loop's, and runs until ``stop()``.
  public func runUntilStopped() {
    thread.store(pthread_self(), ordering: .relaxed)
    // The system gives the number to its next thread.
    defer { thread.store(0, ordering: .relaxed) }
    while takeInbox() {
      runJobs()
      fireDeadlines()
      let postponed = takePostponed()
      onTick?(Instant.now - now)
      let count = epoll.wait(milliseconds: postponed.isEmpty ? timeout : 0)
      // Before the events: what they arm counts from now, not from when the wait began.
      now = .now
      for index in 0..<count { dispatch(epoll.event(at: index)) }
      for action in postponed { action() }
    }
  }

  /// Ends ``runUntilStopped()`` at the next tick. From any thread.
  public func stop() {
    inbox.withLock { $0.isStopping = true }
    wakeUp()
  }

  // MARK: Descriptors

  /// Watches a descriptor until the registration ends.
  public func register(
    _ descriptor: Int32, _ interest: Readiness, handler: any EventHandler
  ) throws(SystemError) -> Registration {
    assertIsCurrent()
    generation &+= 1
    let token = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    try epoll.add(descriptor, interest: interest, data: token)
    let index = Int(descriptor)
    if index >= sources.count {
      sources.append(contentsOf: repeatElement(nil, count: index + 1 - sources.count))
    }
    sources[index] = Source(generation: generation, handler: handler)
    return Registration(loop: self, descriptor: descriptor, token: token)
  }

  func setInterest(_ interest: Readiness, of descriptor: Int32, token: UInt64) throws(SystemError) {
    assertIsCurrent()
    try epoll.modify(descriptor, interest: interest, data: token)
  }

  func unwatch(_ descriptor: Int32) throws(SystemError) {
    assertIsCurrent()
    try epoll.remove(descriptor)
  }

  /// Nothing when the number is in use again by another registration.
  func forget(_ descriptor: Int32, token: UInt64) {
    assertIsCurrent()
    guard sources[Int(descriptor)]?.generation == UInt32(token >> 32) else { return }
    sources[Int(descriptor)] = nil
  }

  /// A descriptor's number can be in use again before its last event is read: the generation tells.
  private func dispatch(_ event: Epoll.Event) {
    guard event.data != Self.wakeToken else { return clearWake() }
    let index = Int(UInt32(truncatingIfNeeded: event.data))
    guard let source = sources[index], source.generation == UInt32(event.data >> 32) else { return }
    source.handler.handle(event.readiness)
  }

  /// Runs `action` after the events of the next tick: for who has had his share of this one. A task
  /// would run before the loop looks at its descriptors again.
  public func postpone(_ action: @escaping () -> Void) {
    assertIsCurrent()
    postponed.append(action)
  }

  private func takePostponed() -> [() -> Void] {
    guard !postponed.isEmpty else { return [] }
    defer { postponed = [] }
    return postponed
  }

  // MARK: Deadlines

  /// A deadline that is not armed yet; `action` runs on the loop each time it is reached.
  public func makeDeadline(_ action: @escaping () -> Void) -> Deadline {
    assertIsCurrent()
    return Deadline(loop: self, id: deadlines.insert(action))
  }

  func arm(_ id: DeadlineQueue.ID, at instant: Instant) {
    assertIsCurrent()
    deadlines.arm(id, at: instant)
  }

  func disarm(_ id: DeadlineQueue.ID) {
    assertIsCurrent()
    deadlines.disarm(id)
  }

  func remove(_ id: DeadlineQueue.ID) {
    assertIsCurrent()
    deadlines.remove(id)
  }

  private func fireDeadlines() {
    while let action = deadlines.popDue(at: now) { action() }
  }

  /// What epoll may wait: nothing while work is at hand; else to the next deadline, rounded up so that
  /// it is due when the wait ends.
  private var timeout: Int32 {
    guard jobs.isEmpty else { return 0 }
    guard let next = deadlines.next else { return -1 }
    let remaining = max(0, next.nanoseconds - Instant.now.nanoseconds)
    return Int32(clamping: (remaining + 999_999) / 1_000_000)
  }

  // MARK: Tasks

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard !isCurrent else { return jobs.append(job) }
    let mustWake = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.wakeIsPending = true }
      return !inbox.wakeIsPending
    }
    if mustWake { wakeUp() }
  }

  /// Begins a task whose every step runs on this loop, its caller's.
  @discardableResult
  public func spawn(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
    assertIsCurrent()
    // The task runs on this thread alone, so what the closure captures changes no thread.
    nonisolated(unsafe) let operation = operation
    return Task(executorPreference: self) { await operation() }
  }

  /// Runs `body` on the loop and returns what it returns. From any thread.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
    -> Value
  {
    try await Task(executorPreference: self) { try body() }.value
  }

  private func runJobs() {
    var budget = Self.jobsPerTick
    var batch: [UnownedJob] = []
    swap(&batch, &room)
    while !jobs.isEmpty, budget > 0 {
      swap(&batch, &jobs)
      for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
      budget -= batch.count
      batch.removeAll(keepingCapacity: true)
    }
    swap(&batch, &room)
  }

  /// Takes what other threads left; false when the loop is to stop.
  private func takeInbox() -> Bool {
    inbox.withLock { inbox in
      if !inbox.jobs.isEmpty {
        jobs.append(contentsOf: inbox.jobs)
        inbox.jobs.removeAll(keepingCapacity: true)
      }
      inbox.wakeIsPending = false
      return !inbox.isStopping
    }
  }

  // MARK: Waking

  /// Not a descriptor's token: those have a generation of at least 1.
  private static let wakeToken: UInt64 = 0

  private func wakeUp() {
    var one: UInt64 = 1
    _ = write(wake.rawValue, &one, MemoryLayout.size(ofValue: one))
  }

  private func clearWake() {
    var count: UInt64 = 0
    _ = read(wake.rawValue, &count, MemoryLayout.size(ofValue: count))
  }
}
