import Athena
import EventLoop
import HTTPMessage
import HTTPTypes
import TestLoops
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct WatchesTests {
  private static let throttled = AthenaError.exception(
    AthenaException(code: "TooManyRequestsException"))
  private static let failed = AthenaError.exception(
    AthenaException(code: "InternalServerException"))

  /// Answers polls: one answer each, the last of them again and again.
  private final class Answers: Sendable {
    private let state: Lock<(answers: [Result<Int, AthenaError>], asked: Int)>

    init(_ answers: [Result<Int, AthenaError>]) { state = Lock((answers, 0)) }

    convenience init(_ states: Int...) { self.init(states.map { .success($0) }) }

    var asked: Int { state.withLock { $0.asked } }

    func next() throws(AthenaError) -> Int {
      let answer = state.withLock { state in
        state.asked += 1
        return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
      }
      return try answer.get()
    }
  }

  /// 9 is the last state.
  private static func watches(_ steps: Steps) -> Watches<Int> {
    Watches(tools: steps.tools) { $0 == 9 }
  }

  /// On a loop of its own, waits for a state of what is called "a".
  private static func wait(
    _ watches: Watches<Int>, _ answers: Answers, for wanted: @escaping @Sendable (Int) -> Bool
  ) async throws -> Int? {
    try await onLoop { loop in
      let watcher = watches.join("a", on: loop) { (_) throws(AthenaError) in try answers.next() }
      return try await watcher.state(during: nil, where: wanted)
    }
  }

  @Test func `a thousand who watch the same thing on two workers ask once an interval`()
    async throws
  {
    let (steps, answers) = (Steps(), Answers(1, 1, 1, 9))
    let watches = Self.watches(steps)
    let threads = try (0..<2).map { _ in try LoopThread(name: "test") }
    defer { for thread in threads { thread.stopAndJoin() } }
    let results = try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<1000 {
        let loop = threads[number % 2].loop
        group.addTask {
          try await Task(executorPreference: loop) {
            let watcher = watches.join("a", on: loop) { (_) throws(AthenaError) in
              loop.assertIsCurrent()
              return try answers.next()
            }
            let state = try await watcher.state(during: nil) { $0 == 9 }
            #expect(loop.isCurrent)
            return state
          }.value
        }
      }
      try await eventually { watches.count == (1, 1000) }
      for asked in 1...3 {
        try await eventually { answers.asked == asked }
        try await steps.step()
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results == Array(repeating: 9, count: 1000))
    #expect(answers.asked == 4)
    #expect(steps.pauses == [250, 375, 562.5].map { .milliseconds($0) })
    try await eventually { watches.count == (0, 0) }
  }

  @Test func `waiting takes no thread`() async throws {
    let (steps, answers) = (Steps(), Answers(1, 9))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let tasks = (0..<1000).map { number in
        loop.spawn {
          let watcher = watches.join("\(number % 10)", on: loop) { (_) throws(AthenaError) in
            try answers.next()
          }
          let wait = Wait(of: .milliseconds(200), for: Request(method: .get, path: "/"), on: loop)
          // All of them on one thread, which could not go on if one occupied it.
          _ = try? await watcher.state(during: wait) { $0 == 10 }
        }
      }
      for task in tasks { await task.value }
    }
    #expect(watches.count == (0, 0))
  }

  @Test func `what has just been started is not asked about at once`() async throws {
    let (steps, answers) = (Steps(), Answers(9))
    let watches = Self.watches(steps)
    let state = Task {
      try await onLoop { loop in
        let watcher = watches.join("a", on: loop, isNew: true) { (_) throws(AthenaError) in
          try answers.next()
        }
        return try await watcher.state(during: nil) { $0 == 9 }
      }
    }
    try await eventually { steps.pauses == [.milliseconds(250)] }
    #expect(answers.asked == 0)
    try await steps.step()
    #expect(try await state.value == 9)
  }

  @Test func `the polls go on without the first watcher, and end with the last`() async throws {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let poll = { (last: Int?) throws(AthenaError) in try answers.next() }
      var first: Watcher<Int>? = watches.join("a", on: loop, poll: poll)
      var second: Watcher<Int>? = watches.join("a", on: loop, poll: poll)
      #expect(watches.count == (1, 2))
      #expect(first?.latest == second?.latest)
      first = nil
      #expect(watches.count == (1, 1))
      try await steps.step()
      try await eventually { answers.asked == 2 }
      try await eventually { steps.pauses.count == 2 }
      second = nil
      #expect(watches.count == (0, 0))
      try await eventually { steps.cancelled == 1 }
      // Who comes then begins anew.
      let third = watches.join("a", on: loop, poll: poll)
      #expect(third.latest == nil)
      try await eventually { answers.asked == 3 }
    }
  }

  @Test func `the polls of another worker end with the last watcher too`() async throws {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    try await onLoop { loop in
      let poll: @Sendable (Int?) throws(AthenaError) -> Int = { (_) throws(AthenaError) in
        try answers.next()
      }
      let first = Task(executorPreference: thread.loop) {
        let watcher = watches.join("a", on: thread.loop, poll: poll)
        _ = try await watcher.state(during: nil) { $0 == 2 }
      }
      try await eventually { steps.pauses.count == 1 }
      var second: Watcher<Int>? = watches.join("a", on: loop, poll: poll)
      #expect(second?.latest == 1)
      try await thread.loop.run { first.cancel() }
      _ = await first.result
      try await eventually { watches.count == (1, 1) }
      second = nil
      try await eventually { steps.cancelled == 1 }
      #expect(answers.asked == 1)
    }
  }

  @Test func `throttled polls back off, and nobody is told`() async throws {
    let steps = Steps()
    let throttled = Result<Int, AthenaError>.failure(Self.throttled)
    let answers = Answers([throttled, .success(1), throttled, throttled, .success(9)])
    let watches = Self.watches(steps)
    async let state = Self.wait(watches, answers) { $0 == 9 }
    for _ in 0..<4 { try await steps.step() }
    #expect(try await state == 9)
    #expect(steps.pauses == [.seconds(1), .seconds(1), .seconds(3), .seconds(6)])
  }

  @Test func `another error is everybody's, and ends the polls`() async throws {
    let (steps, answers) = (Steps(), Answers([.success(1), .failure(Self.failed)]))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let poll = { (last: Int?) throws(AthenaError) in try answers.next() }
      let watchers = (0..<3).map { _ in watches.join("a", on: loop, poll: poll) }
      let failures = Counter()
      let tasks = watchers.map { watcher in
        loop.spawn {
          await #expect(throws: Self.failed) {
            _ = try await watcher.state(during: nil) { $0 == 9 }
          }
          failures.add(1)
        }
      }
      try await steps.step()
      for task in tasks { await task.value }
      #expect(failures.value == 3)
      #expect(watchers.allSatisfy { $0.latest == 1 && $0.failure == Self.failed })
      #expect(watches.count == (0, 0))
    }
    #expect(answers.asked == 2)
  }

  @Test func `a state that nothing comes after ends every wait`() async throws {
    let (steps, answers) = (Steps(), Answers(9))
    let state = try await Self.wait(Self.watches(steps), answers) { $0 == 5 }
    #expect(state == 9)
  }

  @Test func `who wants a fresh state takes none that was observed before`() async throws {
    let (steps, answers) = (Steps(), Answers(1, 1, 2))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let watcher = watches.join("a", on: loop) { (_) throws(AthenaError) in try answers.next() }
      let seen1 = try await watcher.state(during: nil, where: { $0 == 1 })
      #expect(seen1 == 1)
      let seen2 = try await watcher.state(during: nil, where: { $0 == 1 })
      #expect(seen2 == 1)
      #expect(answers.asked == 1)
      let fresh = LoopTask(on: loop) {
        try await watcher.state(during: nil, after: watcher.currentPoll) { $0 == 1 }
      }
      try await steps.step()
      let seen3 = try await fresh.value
      #expect(seen3 == 1)
      #expect(answers.asked == 2)
    }
  }

  @Test func `who comes late has one poll brought forward for all, and the pauses short again`()
    async throws
  {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let poll = { (last: Int?) throws(AthenaError) in try answers.next() }
      let first = watches.join("a", on: loop, poll: poll)
      for _ in 0..<2 { try await steps.step() }
      try await eventually { steps.pauses.count == 3 }
      let early = watches.join("a", on: loop, poll: poll)
      #expect(early.recent == 1)
      steps.advance(by: .milliseconds(251))
      #expect(early.recent == nil)
      let late = (0..<10).map { _ in watches.join("a", on: loop, poll: poll) }
      try await eventually { steps.pauses.count == 4 }
      #expect(late.allSatisfy { $0.recent == 1 })
      #expect(first.latest == 1)
      #expect(answers.asked == 4)
      #expect(steps.cancelled == 1)
      #expect(steps.pauses == [250, 375, 562.5, 250].map { .milliseconds($0) })
    }
  }

  @Test func `ids that only look alike are not the same`() async throws {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let watchers = ["\u{E9}", "e\u{301}"].map {
        watches.join($0, on: loop) { (_) throws(AthenaError) in try answers.next() }
      }
      #expect(watches.count == (2, 2))
      _ = watchers
    }
  }

  // MARK: What ends a wait

  @Test(arguments: [true, false])
  func `a wait ends with its time, its interruption or its task`(isUnderWay: Bool) async throws {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let watcher = watches.join("a", on: loop) { (_) throws(AthenaError) in try answers.next() }
      for end in [Wait.End.timeout, .drain, .callerLeft] {
        let interrupter = Interrupter()
        let wait = Wait(of: .seconds(300), for: interrupter.request, on: loop)
        if !isUnderWay { interrupter.end(end, wait) }
        let task = LoopTask(on: loop) {
          try await watcher.state(during: wait) { $0 == 9 }
        }
        if isUnderWay {
          for _ in 0..<2 { try await loop.pause(for: .zero) }
          interrupter.end(end, wait)
        }
        let seen4 = try await task.value
        #expect(seen4 == nil)
        #expect(wait.end == end)
      }
      let task = LoopTask(on: loop) {
        try await watcher.state(during: nil) { $0 == 9 }
      }
      if isUnderWay { for _ in 0..<2 { try await loop.pause(for: .zero) } }
      task.cancel()
      let seen5 = try await task.value
      #expect(seen5 == nil)
    }
  }

  @Test func `a wait lasts as long as it is to`() async throws {
    let (steps, answers) = (Steps(), Answers(1))
    let watches = Self.watches(steps)
    try await onLoop { loop in
      let watcher = watches.join("a", on: loop) { (_) throws(AthenaError) in try answers.next() }
      let begin = loop.now
      let wait = Wait(of: .milliseconds(30), for: Interrupter().request, on: loop)
      let seen6 = try await watcher.state(during: wait, where: { $0 == 9 })
      #expect(seen6 == nil)
      #expect(wait.end == .timeout)
      #expect(Instant.now - begin >= .milliseconds(30))
    }
  }
}

/// A server that interrupts waits when a test says so.
final class Interrupter: RequestWaiting {
  private(set) var duration: Duration?
  private(set) var mindsEndOfInput = false
  private var interrupt: ((WaitInterruption) -> Void)?

  var request: Request { Request(method: .get, path: "/", waiting: self) }

  func wait(
    atMost duration: Duration, mindingEndOfInput minding: Bool,
    onInterruption: @escaping (WaitInterruption) -> Void
  ) {
    (self.duration, mindsEndOfInput, interrupt) = (duration, minding, onInterruption)
  }

  func interrupt(_ interruption: WaitInterruption) {
    interrupt?(interruption)
  }

  fileprivate func end(_ end: Wait.End, _ wait: Wait) {
    switch end {
    case .drain: interrupt(.drain)
    case .callerLeft: interrupt(.callerLeft)
    case .timeout: wait.finish(.timeout)
    }
  }
}

/// A number that tests share.
final class Counter: Sendable {
  private let number = Lock(0)

  var value: Int { number.withLock { $0 } }

  func add(_ amount: Int) {
    number.withLock { $0 += amount }
  }
}
