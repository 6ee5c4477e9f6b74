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
  }

  /// - Parameter cancels: Whether it is to be stopped where the caller doesn't get its end.
  func outcome(
    _ watcher: Watcher<State>, during wait: Wait, cancels: Bool
  ) async -> Outcome {
    var outcome = Outcome(state: atFirst)
    do throws(AthenaError) {
      let settled = try await watcher.state(during: wait, where: isSettled)
      outcome.state = settled ?? watcher.latest ?? atFirst
      guard cancels, settled == nil, wait.end != .drain else { return outcome }
      try await cancel()
      outcome.state = try await get()
    } catch {
      outcome.state = watcher.latest ?? outcome.state
      outcome.failure = Problem(error)
    }
    return outcome
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
