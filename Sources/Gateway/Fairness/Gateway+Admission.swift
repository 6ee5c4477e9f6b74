import EventLoop
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// Takes a place for the request among its caller's, until the end of its answer.
  ///
  /// - Throws: `too-many-requests` where the caller has as much as it may.
  func admit(
    _ request: Request, to route: Route, _ context: RequestContext
  ) throws(Problem) {
    let (slot, remaining) = shared.usage.admit(
      Partition(context.caller, from: request.peer),
      as: route.mayWait(request) ? .wait : .request, at: loop.now)
    context.fields.append(contentsOf: shared.usage.limits.fields(remaining: remaining))
    do throws(Usage.Excess) {
      context.slot = try slot.get()
    } catch {
      throw error.problem
    }
  }
}

extension Route {
  /// Whether the request may be one of those that wait: for a calculation, for a session, or for events.
  fileprivate func mayWait(_ request: Request) -> Bool {
    switch self {
    case .events: true
    // Of those with a query, `onBusy=wait` waits; the others may be counted so as well.
    case .calculations where request.method == .post && request.query != nil: true
    case .sessions, .calculations, .session, .calculation:
      WaitPreference(request.fields) != nil
    case .index, .openAPI, .livez, .readyz, .problem, .executors, .code, .output: false
    }
  }
}
