import Athena
import JSON

/// What was started for a caller who waits for what becomes of it: a calculation, or a session.
struct Started<State: Sendable> {
  /// What Athena said of it at the start.
  let atFirst: State
  let isSettled: @Sendable (State) -> Bool
  let cancel: () async throws(AthenaError) -> Void
  /// Asks how it is.
  let get: () async throws(AthenaError) -> State

  /// What is last known of something that was started, whatever went wrong since.
  struct Outcome {
    var state: State
    var failure: Problem?
    /// Whether it was asked for since the start, whose answer tells a state and no more.
    var isObserved = false
  }

  /// - Parameters:
  ///   - cancels: Whether it is to be stopped where the caller doesn't get its end.
  ///   - tell: Gets what is known before that.
  func outcome(
    _ watcher: Watcher<State>, during wait: Wait, cancels: Bool, tell: (Outcome) -> Void
  ) async -> Outcome {
    var outcome = Outcome(state: atFirst)
    do throws(AthenaError) {
      let settled = try await watcher.state(
        during: wait, after: watcher.poll, where: isSettled)
      outcome.observe(settled ?? watcher.latest)
      guard settled == nil else { return outcome }
    } catch {
      outcome.observe(watcher.latest)
      outcome.failure = Problem(error)
    }
    guard cancels, wait.end != .drain else { return outcome }
    tell(outcome)
    do throws(AthenaError) {
      try await cancel()
      outcome.observe(try await get())
    } catch {
      // What went wrong first is why the rest was tried.
      outcome.failure = outcome.failure ?? Problem(error)
    }
    return outcome
  }
}

extension Started.Outcome {
  mutating func observe(_ state: State?) {
    guard let state else { return }
    (self.state, isObserved) = (state, true)
  }
}

extension JSONWriter {
  /// What has kept the state from being the last one.
  mutating func waitError(_ problem: Problem?) {
    guard let problem else { return }
    name("waitError")
    beginObject()
    member("code", problem.code.rawValue)
    member("detail", problem.detail)
    endObject()
  }
}
