import Athena
import HTTPMessage

extension Gateway {
  /// How long a session is waited for where the caller doesn't say.
  private static let patienceWithBusySessions = Duration.seconds(30)

  /// Starts a calculation, and waits for its end where that is preferred.
  func start(
    _ input: StartCalculationExecution, _ query: WaitingQuery, _ request: Request,
    _ context: RequestContext
  ) async throws(Problem) -> Started<CalculationExecution>.Outcome {
    let cancels = query.cancelsOnTimeout
    let preferred = preferredWait(request, mindingEndOfInput: cancels)
    let patience =
      preferred == nil && query.waitsForIdle
      ? Wait(
        of: Self.patienceWithBusySessions, for: request, on: loop, mindingEndOfInput: cancels) : nil
    guard let wait = preferred ?? patience else {
      return .init(state: try await start(input))
    }
    return try await start(
      input, during: wait, ofPreference: preferred != nil, query, request, context)
  }

  /// Not inlined: what waiting needs would lie beside every call that doesn't wait.
  ///
  /// - Parameter isPreferred: Whether the calculation's end is waited for, and not the session alone.
  @inline(never)
  private func start(
    _ input: StartCalculationExecution, during wait: Wait, ofPreference isPreferred: Bool,
    _ query: WaitingQuery, _ request: Request, _ context: RequestContext
  ) async throws(Problem) -> Started<CalculationExecution>.Outcome {
    let cancels = query.cancelsOnTimeout
    return try await shielded(wait, if: cancels) { [self] (tell) async throws(Problem) in
      let calculation =
        try await query.waitsForIdle
        ? start(input, waitingForIdle: wait, request, context) : start(input)
      guard isPreferred || (cancels && wait.end == .callerLeft) else {
        return .init(state: calculation)
      }
      return await outcome(of: calculation, during: wait, cancels: cancels, tell: tell)
    }
  }

  private func outcome(
    of calculation: CalculationExecution, during wait: Wait, cancels: Bool,
    tell: (Started<CalculationExecution>.Outcome) -> Void
  ) async -> Started<CalculationExecution>.Outcome {
    let id = calculation.calculationExecutionID ?? ""
    let athena = athena
    let started = Started(
      atFirst: calculation, isSettled: { $0.isTerminal },
      cancel: { () async throws(AthenaError) in
        _ = try await athena.stopCalculationExecution(id)
      },
      get: { () async throws(AthenaError) in try await athena.getCalculationExecution(id) })
    return await started.outcome(
      watch(calculation: id, isNew: true), during: wait, cancels: cancels, tell: tell)
  }

  /// - Parameter wait: For a session that is busy, with the same token.
  private func start(
    _ input: StartCalculationExecution, waitingForIdle wait: Wait, _ request: Request,
    _ context: RequestContext
  ) async throws(Problem) -> CalculationExecution {
    var refusal: Problem
    do throws(Problem) {
      return try await start(input)
    } catch {
      guard error.code == .sessionBusy else { throw error }
      refusal = error
    }
    let watcher = watch(session: input.sessionID, isNew: true)
    while let session = try await settled(watcher, during: wait) {
      try await judgeAgain(request, context)
      do throws(Problem) {
        return try await start(input)
      } catch {
        // Others have been waiting for the same session. Nobody observes one that has ended.
        guard error.code == .sessionBusy || error.code == .throttled, !session.isEnded else {
          throw error
        }
        refusal = error
      }
    }
    throw refusal
  }

  /// nil where the wait ends before. What was observed before the session has refused doesn't count.
  private func settled(
    _ watcher: Watcher<Session>, during wait: Wait
  ) async throws(Problem) -> Session? {
    do throws(AthenaError) {
      return try await watcher.state(during: wait, after: watcher.currentPoll) { !$0.isBusy }
    } catch {
      throw Problem(error)
    }
  }

  private func start(
    _ input: StartCalculationExecution
  ) async throws(Problem) -> CalculationExecution {
    do throws(AthenaError) {
      let output = try await athena.startCalculationExecution(input)
      return CalculationExecution(
        calculationExecutionID: output.calculationExecutionID, sessionID: input.sessionID,
        state: output.state)
    } catch {
      throw Problem(error)
    }
  }
}
