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

  /// What a thing is that may not be there: what is observed of it once it is asked for, or was just now.
  func known<State>(
    _ watcher: Watcher<State>, during wait: Wait
  ) async throws(Problem) -> State {
    do throws(AthenaError) {
      if let state = watcher.recent { return state }
      let next = try await watcher.state(during: wait, after: watcher.observedPoll) { _ in true }
      if let next { return next }
      // An answer takes longer than the wait, and it is answered with that; not with the one after it.
      if watcher.failure == nil,
        let state = try await watcher.nextOutcome(beforeDrainOf: wait)
      {
        return state
      }
    } catch {
      guard let latest = watcher.latest, Problem(error).code == .throttled else {
        throw Problem(error)
      }
      return latest
    }
    // Throttled, or before a drain: what is old is better than nothing.
    if let latest = watcher.latest { return latest }
    if let failure = watcher.failure { throw Problem(failure) }
    throw Problem(.draining, "the gateway is about to end; another one should be asked")
  }

  /// What a thing is that is there, once that is wanted or the wait has ended.
  ///
  /// - Parameter poll: The number of one: only what later ones observe is what is wanted.
  func settled<State>(
    _ known: State, _ watcher: Watcher<State>, during wait: Wait, after poll: Int = 0,
    where isWanted: @escaping @Sendable (State) -> Bool
  ) async throws(Problem) -> State {
    do throws(AthenaError) {
      let state = try await watcher.state(during: wait, after: poll, where: isWanted)
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
