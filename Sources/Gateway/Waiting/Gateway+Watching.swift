import Athena
import HTTPMessage

extension Gateway {
  // MARK: What is watched

  /// - Parameter isNew: Whether it has only just been started.
  func watch(calculation id: String, isNew: Bool = false) -> Watcher<CalculationExecution> {
    let athena = athena
    return shared.calculations.join(id, on: loop, isNew: isNew) {
      (last) async throws(AthenaError) in
      guard var calculation = last else { return try await athena.getCalculationExecution(id) }
      let now = try await athena.getCalculationExecutionStatus(id)
      // The end has more to it: where the output is.
      if now.status.state?.isTerminal ?? false {
        return try await athena.getCalculationExecution(id)
      }
      (calculation.status, calculation.statistics) = (now.status, now.statistics)
      return calculation
    }
  }

  /// - Parameter isNew: Whether it has only just been started, or said what its state is.
  func watch(session id: String, isNew: Bool = false) -> Watcher<Session> {
    let athena = athena
    return shared.sessions.join(id, on: loop, isNew: isNew) { (last) async throws(AthenaError) in
      if let last, try await athena.getSessionStatus(id).state == last.state { return last }
      return try await athena.getSession(id)
    }
  }

  // MARK: Waiting for it

  /// Begins the wait that a request prefers; nil where it prefers none.
  func preferredWait(
    _ request: Request, mindingEndOfInput minding: Bool = false
  ) -> Wait? {
    WaitPreference(request.fields).map {
      Wait(of: .seconds($0.seconds), for: request, on: loop, mindingEndOfInput: minding)
    }
  }

  /// What a thing is that may not be there: the first that is observed of it.
  func known<State>(
    _ watcher: Watcher<State>, during wait: Wait
  ) async throws(Problem) -> State {
    do throws(AthenaError) {
      if let state = try await watcher.state(during: wait, where: { _ in true }) { return state }
      if let failure = watcher.failure { throw failure }
      // The first answer takes longer than the wait, and nothing can be answered without it.
      if let state = try await watcher.state(during: nil, where: { _ in true }) { return state }
      throw .timeout
    } catch {
      throw Problem(error)
    }
  }

  /// What a thing is that is there, once that is wanted or the wait has ended.
  func settled<State>(
    _ known: State, _ watcher: Watcher<State>, during wait: Wait,
    where isWanted: @escaping @Sendable (State) -> Bool
  ) async throws(Problem) -> State {
    do throws(AthenaError) {
      let state = try await watcher.state(during: wait, where: isWanted)
      return state ?? watcher.latest ?? known
    } catch {
      throw Problem(error)
    }
  }
}

extension Session {
  /// Whether nothing is waited for any more: it takes calculations, or never will.
  var isSettled: Bool { state == .idle || isEnded }

  var isEnded: Bool { state?.isEnded ?? false }

  /// Whether it will take a calculation later.
  var isBusy: Bool { state == .creating || state == .created || state == .busy }
}
