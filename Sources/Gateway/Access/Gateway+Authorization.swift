import Athena
import Callers
import EventLoop
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// Lets a request in that its caller may make now: by the policy, and within the caller's limits. Those come
  /// before Athena is asked for anything, be it the workgroup of a session.
  func letIn(
    _ request: Request, to route: Route, _ context: RequestContext
  ) async throws(Problem) {
    let undecided = try judge(request, to: route, context)
    try admit(request, to: route, context)
    try await decide(undecided, request, context)
  }

  /// Judges a request again that has waited, before it gets anything more: its caller's key may be revoked since,
  /// its token over, or the policy another one.
  ///
  /// - Throws: What the request would get now.
  // Not inlined: what it needs would lie beside every submission (see `start`).
  @inline(never)
  func judgeAgain(_ request: Request, _ context: RequestContext) async throws(Problem) {
    guard let route = context.route else { return }
    let caller: Caller
    do throws(AuthenticationFault) {
      caller = try await authenticator.caller(of: request)
    } catch {
      throw Problem(error)
    }
    guard caller == context.caller else {
      throw Problem(.unauthenticated, "the request's credentials are another caller's by now")
    }
    try await decide(judge(request, to: route, context), request, context)
  }

  /// What of the policy's judgement the workgroup of a session is still needed for.
  private struct Undecided {
    let rights: Rights
    let sessionID: String
  }

  /// Judges by what is known without a call; nil where that is enough.
  private func judge(
    _ request: Request, to route: Route, _ context: RequestContext
  ) throws(Problem) -> Undecided? {
    let rights = configuration.policy?().rights(of: context.caller)
    context.rights = rights
    if case .sessions = route {
      try context.check(request.method, onSessionsOf: nil)
    }
    guard let rights, let sessionID = route.sessionID else { return nil }
    let verdict = rights.verdict(on: request.method, ofSession: sessionID, in: nil)
    guard verdict != .undecided else { return Undecided(rights: rights, sessionID: sessionID) }
    try context.take(verdict, on: request.method)
    return nil
  }

  private func decide(
    _ undecided: Undecided?, _ request: Request, _ context: RequestContext
  ) async throws(Problem) {
    guard let undecided else { return }
    try context.take(
      await verdict(undecided.rights, on: request.method, of: undecided.sessionID),
      on: request.method)
  }

  /// Judges by the session's workgroup. One that the caller may not see costs a call each time, as one does
  /// that isn't there: that it is known already is not to be told by the time that the answer takes.
  private func verdict(
    _ rights: Rights, on method: HTTPRequest.Method, of sessionID: String
  ) async throws(Problem) -> Rights.Verdict {
    if let known = shared.workGroups[sessionID] {
      let verdict = rights.verdict(on: method, ofSession: sessionID, in: known)
      if verdict != .unseen { return verdict }
    }
    guard let workGroup = try await workGroup(of: sessionID) else { return .unseen }
    shared.workGroups.record(workGroup, of: sessionID)
    return rights.verdict(on: method, ofSession: sessionID, in: Array(workGroup.utf8))
  }

  /// nil where there is no such session, which Athena may also call an invalid request.
  private func workGroup(of sessionID: String) async throws(Problem) -> String? {
    let session: Session
    do throws(AthenaError) {
      session = try await athena.getSession(sessionID)
    } catch {
      let problem = Problem(error)
      if problem.code == .notFound || problem.code == .invalidRequest { return nil }
      throw problem
    }
    guard let workGroup = session.workGroup else {
      throw Problem(.badAnswer, "GetSession answered without a WorkGroup")
    }
    return workGroup
  }
}

extension RequestContext {
  fileprivate func take(
    _ verdict: Rights.Verdict, on method: HTTPRequest.Method
  ) throws(Problem) {
    switch verdict {
    case .allowed(let codeURI): mayUseCodeURI = codeURI
    case .forbidden:
      throw Problem(.forbidden, "the policy doesn't allow \(caller) to \(method.rawValue) this")
    case .unseen, .undecided:
      throw Problem(.notFound, "there is no such session, or it is not this caller's to see")
    }
  }

  /// - Parameter workGroup: nil where it is not known yet: then it is enough that there is some.
  /// - Throws: `forbidden` where the policy has it so.
  func check(
    _ method: HTTPRequest.Method, onSessionsOf workGroup: String?
  ) throws(Problem) {
    guard let rights, !rights.allow(method, onSessionsOf: workGroup) else { return }
    let place = workGroup.map { "the workgroup '\($0)'" } ?? "any workgroup"
    let action = method == .post ? "start sessions in" : "list the sessions of"
    throw Problem(.forbidden, "the policy doesn't allow \(caller) to \(action) \(place)")
  }

  /// - Throws: `forbidden` where the policy has it so.
  func checkCodeURI() throws(Problem) {
    guard !mayUseCodeURI else { return }
    throw Problem(
      .forbidden, "the policy doesn't allow \(caller) to submit code by its codeUri here")
  }
}
