import Callers
import Gateway
import HTTPMessage
import HTTPTypes
import Log
import Logging
import Tracing

extension LogLine {
  /// What happened to one request. Of what its caller has sent no content, no query and no field but for the names
  /// of request and trace.
  mutating func write(_ context: RequestContext, _ delivery: Delivery, _ level: Logger.Level) {
    let method = context.method?.rawValue ?? "-"
    let route = context.template?.text ?? "-"
    begin(level, method, route, delivery.status.code)
    // People read that in the message.
    if format == .json {
      field("method", method)
      field("route", route)
      field("status", delivery.status.code)
    }
    switch delivery.outcome {
    case .complete: break
    case .cut: field("end", "cut")
    case .unsent: field("end", "unsent")
    }
    field("code", context.problemCode)
    field("reason", context.refusal)
    // Where it names a resource, route and ids say the same.
    if context.template == nil { field("path", context.path) }
    field("peer", context.peer?.description)
    field("caller", context.knownCaller?.description)
    field("sessionId", context.sessionID)
    field("calculationId", context.calculationID)
    field("headSeconds", delivery.timeToHead)
    field("seconds", delivery.time)
    field("bytesIn", delivery.received)
    field("bytesOut", delivery.sent)
    field("requestId", context.requestID)
    field("traceId", context.trace.traceID)
    field("spanId", context.trace.spanID)
    field("parentId", context.trace.parentID)
    write(context.calls)
    end()
  }

  /// The calls to AWS: how many, how often sent, and the last one.
  private mutating func write(_ calls: CallRecord) {
    guard let last = calls.last else { return }
    field("upstreamOperation", last.operation)
    field("upstreamCode", last.code)
    field("upstreamRequestId", calls.requestID)
    field("upstreamCalls", calls.calls)
    field("upstreamTries", calls.tries)
    field("upstreamSeconds", calls.time)
  }
}
