import EventLoop

@testable import Gateway

/// Pauses that last until a test has taken a step.
final class Steps: Sendable {
  private struct State {
    var pauses: [Duration] = []
    var paused: CheckedContinuation<Void, Never>?
    var cancelled = 0
    var now = Instant.now
  }

  private let state = Lock(State())

  /// How long each pause was to be.
  var pauses: [Duration] { state.withLock { $0.pauses } }
  /// How many pauses were cancelled.
  var cancelled: Int { state.withLock { $0.cancelled } }

  var tools: PollTools {
    PollTools(
      random: { 0 },
      now: { [self] in state.withLock { $0.now } },
      pause: { [self] (_, duration) async throws(CancellationError) in
        await withTaskCancellationHandler {
          await withCheckedContinuation { continuation in
            state.withLock { state in
              state.pauses.append(duration)
              state.paused = continuation
            }
            if Task.isCancelled { end() }
          }
        } onCancel: {
          state.withLock { $0.cancelled += 1 }
          end()
        }
        if Task.isCancelled { throw CancellationError() }
      })
  }

  /// Ends the pause, once there is one.
  func step() async throws {
    try await eventually { self.state.withLock { $0.paused != nil } }
    end()
  }

  /// Lets time pass in which nothing happens.
  func advance(by duration: Duration) {
    state.withLock { $0.now = $0.now + duration }
  }

  private func end() {
    let paused = state.withLock { state in
      defer { state.paused = nil }
      return state.paused
    }
    paused?.resume()
  }
}

struct NeverHappened: Error {}

/// Returns when the condition has come true; fails after 20 seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
  let limit = Instant.now + .seconds(20)
  while try await !condition() {
    guard Instant.now < limit else { throw NeverHappened() }
    await Task.yield()
  }
}

/// A task of a loop's own, and what it returns. Used on the loop alone.
final class LoopTask<Value> {
  private var task: Task<Void, Never>?
  private var result: Result<Value, any Error>?

  init(on loop: EventLoop, _ body: @escaping () async throws -> Value) {
    task = loop.spawn { [self] in
      do {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
    }
  }

  func cancel() { task?.cancel() }

  var value: Value {
    get async throws {
      await task?.value
      return try result!.get()
    }
  }
}

/// Carries what is used on one loop alone.
final class Held<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) {
    self.value = value
  }
}
