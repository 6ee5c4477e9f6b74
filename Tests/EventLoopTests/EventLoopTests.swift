import Glibc
import Testing

@testable import EventLoop

@Suite struct EventLoopTests {
  @Test func `a spawned task runs on the loop from first to last, suspensions included`()
    async throws
  {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let places = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          loop.spawn {
            var places = [loop.isCurrent]
            for _ in 0..<3 {
              await pause(on: loop)
              places.append(loop.isCurrent)
            }
            done.resume(returning: places)
          }
        }
      }
    }
    #expect(places == [true, true, true, true])
    #expect(!loop.isCurrent)
  }

  @Test func `what is postponed again and again leaves every tick to the events`() async throws {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let (reader, writer) = try makePipe()
    defer { for end in [reader, writer] { close(end) } }
    let rounds = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          let greedy = Greedy(loop, until: done)
          greedy.registration = try loop.register(reader, [.readable], handler: greedy)
          greedy.goOn()
          _ = write(writer, "x", 1)
        }
      }
    }
    #expect((1...3).contains(rounds))
  }

  @Test func `readiness reaches the handler of the descriptor, and none after its registration`()
    async throws
  {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let (reader, writer) = try makePipe()
    defer { for end in [reader, writer] { close(end) } }
    let readiness = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          let probe = Probe { done.resume(returning: $0) }
          probe.registration = try loop.register(reader, [.readable], handler: probe)
          #expect(write(writer, "x", 1) == 1)
        }
      }
    }
    #expect(readiness.contains(.readable))
    // The probe ended its registration, and the pipe is still full: a level-triggered epoll would tell.
    for _ in 0..<3 { try await loop.run {} }
  }

  @Test func `a removed descriptor can be registered again while it is open`() async throws {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let (reader, writer) = try makePipe()
    defer { for end in [reader, writer] { close(end) } }
    #expect(write(writer, "x", 1) == 1)
    let readiness = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          let probe = Probe { done.resume(returning: $0) }
          let deaf = Probe { _ in }
          try loop.register(reader, [.readable], handler: deaf).remove()
          probe.registration = try loop.register(reader, [.readable], handler: probe)
        }
      }
    }
    #expect(readiness.contains(.readable))
  }

  @Test func `a deadline that an event arms counts from the event, however long the loop was idle`()
    async throws
  {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let (reader, writer) = try makePipe()
    defer { for end in [reader, writer] { close(end) } }
    let elapsed = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          let waiter = Waiter()
          let probe = Probe { _ in
            let begin = Instant.now
            waiter.deadline = loop.makeDeadline {
              waiter.deadline = nil
              done.resume(returning: Instant.now - begin)
            }
            waiter.deadline?.arm(after: .milliseconds(100))
          }
          probe.registration = try loop.register(reader, [.readable], handler: probe)
        }
        try await Task.sleep(for: .milliseconds(200))
        #expect(write(writer, "x", 1) == 1)
      }
    }
    // The loop reads its clock a moment before its events are told.
    #expect(elapsed > .milliseconds(90))
  }

  @Test func `a stopped loop is not its thread's successor`() async throws {
    let first = try LoopThread(name: "first")
    try await first.loop.run {}
    first.stopAndJoin()
    let second = try LoopThread(name: "second")
    defer { second.stopAndJoin() }
    let (stopped, running) = (first.loop, second.loop)
    #expect(try await running.run { running.isCurrent && !stopped.isCurrent })
  }

  @Test func `a late end of a registration leaves the number's next one alone`() async throws {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let readiness = await withCheckedContinuation { done in
      Task {
        try await loop.run {
          var ends: [Int32] = [0, 0]
          #expect(pipe(&ends) == 0)
          var stale: Registration? = try loop.register(
            ends[0], [.readable], handler: Probe { _ in })
          // The same number is another file from here on, and epoll has forgotten the first.
          var others: [Int32] = [0, 0]
          #expect(pipe(&others) == 0)
          #expect(dup2(others[0], ends[0]) == ends[0])
          let probe = Probe {
            done.resume(returning: $0)
            for descriptor in ends + others { close(descriptor) }
          }
          probe.registration = try loop.register(ends[0], [.readable], handler: probe)
          stale = nil
          _ = stale
          #expect(write(others[1], "x", 1) == 1)
        }
      }
    }
    #expect(readiness.contains(.readable))
  }

  @Test func `work from other threads arrives once each`() async throws {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...1000 { group.addTask { try await loop.run { number } } }
      return try await group.reduce(0, +)
    }
    #expect(sum == 500_500)
  }

  @Test(arguments: [
    ("max 100000", nil), ("200000 100000", 2), ("150000 100000", 2), ("1 100000", 1),
    ("", nil), ("x y", nil), ("-5 100000", nil), ("100 0", nil),
    ("9223372036854775807 1", Int.max),
  ])
  func `a container's processor limit is rounded up`(line: String, expected: Int?) {
    #expect(Processors.quota(of: line) == expected)
  }
}

/// Suspends until a deadline of a millisecond has passed.
private func pause(on loop: EventLoop) async {
  await withCheckedContinuation { continuation in
    let waiter = Waiter()
    waiter.deadline = loop.makeDeadline {
      waiter.deadline = nil
      continuation.resume()
    }
    waiter.deadline?.arm(after: .milliseconds(1))
  }
}

private final class Waiter {
  var deadline: Deadline?
}

private final class Probe: EventHandler {
  var registration: Registration?
  let heard: (Readiness) -> Void

  init(heard: @escaping (Readiness) -> Void) {
    self.heard = heard
  }

  func handle(_ readiness: Readiness) {
    registration = nil
    heard(readiness)
  }
}

/// Postpones itself until it hears of an event, and says then how often it has.
private final class Greedy: EventHandler {
  var registration: Registration?
  private let loop: EventLoop
  private var rounds = 0
  private var done: CheckedContinuation<Int, Never>?

  init(_ loop: EventLoop, until done: CheckedContinuation<Int, Never>) {
    self.loop = loop
    self.done = done
  }

  func goOn() {
    rounds += 1
    guard done != nil, rounds < 1_000_000 else { return }
    loop.postpone { self.goOn() }
  }

  func handle(_ readiness: Readiness) {
    done?.resume(returning: rounds)
    done = nil
    registration = nil
  }
}

/// The reading and the writing end of a pipe, for its maker to close.
private func makePipe() throws(SystemError) -> (reader: Int32, writer: Int32) {
  var ends: [Int32] = [0, 0]
  guard pipe(&ends) == 0 else { throw SystemError("pipe") }
  return (ends[0], ends[1])
}
