import Athena
import EventLoop
import Tracing

/// What callers wait for in Athena, of one kind: calculations, or sessions. However many of them, on
/// whatever workers, wait for the same thing, it is asked about once an interval.
final class Watches<State: Sendable>: Sendable {
  /// Asks about one thing.
  ///
  /// - Parameter last: What the answer before was; nil at the first time.
  typealias Poll = (_ last: State?) async throws(AthenaError) -> State

  /// A watch, and how many are in it.
  private struct Entry {
    let watch: Watch<State>
    var watchers: Int
  }

  /// By the bytes of the id, since String compares by canonical equivalence and ids don't.
  private let entries = Lock<[[UInt8]: Entry]>([:])
  private let isFinal: @Sendable (State) -> Bool
  private let tools: PollTools

  /// - Parameter isFinal: Whether nothing can come after a state.
  init(tools: PollTools = PollTools(), isFinal: @escaping @Sendable (State) -> Bool) {
    self.tools = tools
    self.isFinal = isFinal
  }

  /// How many things are watched, and by how many watchers.
  var count: (watches: Int, watchers: Int) {
    entries.withLock { ($0.count, $0.values.reduce(0) { $0 + $1.watchers }) }
  }

  /// Joins those who watch a thing. The first of them begins the polls, as a task of its own on his loop: it
  /// goes on without him, until the last watcher has left or there is nothing more to see. Who comes later
  /// and finds nothing recent has the next poll come at once, and the pauses be short again.
  ///
  /// - Parameters:
  ///   - isNew: Whether the thing has only just begun, so that asking at once is too early.
  ///   - poll: Asks about it on the caller's loop; not used where others have begun already.
  func join(
    _ id: String, on loop: EventLoop, isNew: Bool = false, poll: @escaping Poll
  ) -> Watcher<State> {
    loop.assertIsCurrent()
    let key = Array(id.utf8)
    let (watch, isFirst) = entries.withLock { entries in
      if let entry = entries[key] {
        entries[key]?.watchers += 1
        return (entry.watch, false)
      }
      let watch = Watch<State>(now: tools.now)
      entries[key] = Entry(watch: watch, watchers: 1)
      return (watch, true)
    }
    if isFirst {
      // They are everybody's who waits, and go on when the request that began them is over.
      let calls = CallRecord(place: CallRecord.current?.value.place?.another())
      let bound = LoopBound(calls, to: loop)
      let task = loop.spawn { [self] in
        await CallRecord.$current.withValue(bound) {
          await run(watch, isNew: isNew, on: loop, poll)
        }
        entries.withLock { if $0[key]?.watch === watch { $0[key] = nil } }
      }
      watch.begin(PollTask(task: task, loop: loop))
    }
    let watcher = Watcher(watch) { [self] in leave(watch, key) }
    if !isFirst { watch.hurry() }
    return watcher
  }

  private func leave(_ watch: Watch<State>, _ key: [UInt8]) {
    let isLast = entries.withLock { entries in
      // One that has ended is there no longer, and there may be another one of the same thing.
      guard let entry = entries[key], entry.watch === watch else { return false }
      entries[key] = entry.watchers > 1 ? Entry(watch: watch, watchers: entry.watchers - 1) : nil
      return entry.watchers == 1
    }
    if isLast { watch.end() }
  }

  /// Polls until there is an end.
  private func run(
    _ watch: Watch<State>, isNew: Bool, on loop: EventLoop, _ poll: Poll
  ) async {
    var pace = PollPace()
    var pause = isNew ? pace.next(random: tools.random()) : nil
    while true {
      if let pause, await !self.pause(watch, pause, on: loop) { pace = PollPace() }
      guard !Task.isCancelled else { return }
      watch.beginPoll()
      defer { CallRecord.current?.value.place?.letGo() }
      do throws(AthenaError) {
        let state = try await poll(watch.latest)
        let isLast = isFinal(state)
        watch.observe(state, isLast: isLast)
        if isLast { return }
        pause = pace.next(random: tools.random())
      } catch {
        guard Problem(error).code == .throttled else { return watch.fail(error) }
        watch.observeThrottling(error)
        pause = pace.backOff(random: tools.random())
      }
    }
  }

  /// Waits with the next poll; false where that is hurried.
  private func pause(
    _ watch: Watch<State>, _ duration: Duration, on loop: EventLoop
  ) async -> Bool {
    let pause = loop.spawn { [tools] in try? await tools.pause(loop, duration) }
    watch.beginPause(PollTask(task: pause, loop: loop))
    await withTaskCancellationHandler {
      await pause.value
    } onCancel: {
      pause.cancel()
    }
    return watch.endPause()
  }
}
