import Athena
import HTTPMessage
import JSON

extension Gateway {
  /// Starts a session, and waits until it takes calculations where that is preferred.
  func start(
    session input: JSONObject, _ query: WaitingQuery, _ request: Request
  ) async throws(Problem) -> (id: String, outcome: Started<Session>.Outcome) {
    let wait = preferredWait(request, mindingEndOfInput: query.cancelsOnTimeout)
    guard let wait else {
      let output = try await start(session: input)
      return (output.sessionID, .init(state: Session(output)))
    }
    let cancels = query.cancelsOnTimeout
    return try await shielded(wait, if: cancels) { [self] (tell) async throws(Problem) in
      let output = try await start(session: input)
      let id = output.sessionID
      return (id, await outcome(of: output, during: wait, cancels: cancels) { tell((id, $0)) })
    }
  }

  private func outcome(
    of output: StartSession.Output, during wait: Wait, cancels: Bool,
    tell: (Started<Session>.Outcome) -> Void
  ) async -> Started<Session>.Outcome {
    let (id, athena) = (output.sessionID, athena)
    let started = Started(
      atFirst: Session(output), isSettled: { $0.isSettled },
      cancel: { () async throws(AthenaError) in _ = try await athena.terminateSession(id) },
      get: { () async throws(AthenaError) in try await athena.getSession(id) })
    return await started.outcome(
      watch(session: id, isNew: true), during: wait, cancels: cancels, tell: tell)
  }

  private func start(session input: JSONObject) async throws(Problem) -> StartSession.Output {
    do throws(AthenaError) {
      return try await athena.startSession(input)
    } catch {
      throw Problem(error)
    }
  }
}
