import EventLoop
import HTTPMessage
import HTTPTypes
import Tracing

extension Gateway {
  /// Counts the request for its caller's rate, whatever becomes of it: asking again and again for what there
  /// is not, or is not allowed, is what the rate limits too.
  ///
  /// - Throws: `too-many-requests` where it is over the rate.
  func count(_ request: Request, _ context: RequestContext) throws(Problem) {
    let limits = shared.usage.limits
    guard let rate = limits.rate,
      let (isWithin, remaining) = shared.usage.count(
        Partition(context.caller, from: request.peer), at: loop.now)
    else { return }
    context.fields.append(contentsOf: limits.fields(remaining: remaining))
    guard isWithin else { throw Usage.Excess.rate(rate).problem }
  }

  /// Takes a place for the request among its caller's, until the end of its answer.
  ///
  /// - Throws: `too-many-requests` where the caller has as much as it may.
  func admit(
    _ request: Request, to route: Route, _ context: RequestContext
  ) throws(Problem) {
    let partition = Partition(context.caller, from: request.peer)
    let waits = route.mayWait(request)
    do throws(Usage.Excess) {
      context.slot =
        try shared.usage.admit(partition, as: waits ? .wait : .request, at: loop.now).get()
    } catch {
      throw error.problem
    }
    if waits { context.calls.place = WaitingCalls(shared.usage, of: partition) }
  }
}

extension Route {
  /// Whether the request is one of those that wait: for a calculation, for a session, or for events.
  fileprivate func mayWait(_ request: Request) -> Bool {
    switch (self, request.method) {
    case (.events, .get): true
    case (.calculations, .post):
      WaitPreference(request.fields) != nil || WaitingQuery.waitsForIdle(request.query)
    case (.sessions, .post), (.session, .get), (.session, .head), (.calculation, .get),
      (.calculation, .head):
      WaitPreference(request.fields) != nil
    default: false
    }
  }
}
