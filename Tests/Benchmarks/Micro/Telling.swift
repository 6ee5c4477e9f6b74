import HTTPMessage
import HTTPTypes
import Log
import Logging
import Metrics
import Tracing

@testable import Gateway

/// What is told of a request: the log, the numbers, the trace. The executable's own part of that,
/// which no other program can import, is here by two links.
let telling = [
  Piece("log-text", "the log's line of a request, as text") { writeLine(.text, times: $0) },
  Piece("log-json", "the same as JSON") { writeLine(.json, times: $0) },
  Piece("count", "a request and its call, counted") { count in
    let (metrics, context) = (GatewayMetrics(), exampleContext)
    let slot = MetricsSlot(metrics.layout)
    for _ in 0..<count {
      metrics.count(context, delivery, in: slot)
      metrics.count(call, in: slot)
    }
  },
  Piece("scrape", "the numbers of two workers as a page") { writePage(times: $0) },
  Piece("trace-new", "a new trace, and the fields of its calls") { count in
    for _ in 0..<count { sink(TraceContext(FieldSection()).fields) }
  },
  Piece("trace-continued", "a trace that the caller has begun, likewise") { count in
    let fields = FieldSection([
      ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
      ("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
    ])
    for _ in 0..<count { sink(TraceContext(fields).fields) }
  },
]

private let delivery = Delivery(
  status: .created, outcome: .complete, received: 24, sent: 202, timeToHead: .microseconds(34_567),
  time: .microseconds(34_612))

private let call = CallRecord.Outcome(
  operation: "StartCalculationExecution", code: "ok", tries: 1, time: .microseconds(34_210))

private var exampleContext: RequestContext {
  let context = RequestContext(.request(exampleRequest))
  context.startedCalculationID = exampleID
  context.calls.note(call)
  context.calls.requestID = exampleID
  return context
}

private func writeLine(_ format: LogFormat, times count: Int) {
  let context = exampleContext
  var line = LogLine(format)
  for _ in 0..<count {
    line.write(context, delivery, .info)
    sink(line.bytes)
  }
}

private func writePage(times count: Int) {
  let (metrics, context) = (GatewayMetrics(), exampleContext)
  let slots = (0..<2).map { _ in MetricsSlot(metrics.layout) }
  for slot in slots {
    metrics.count(context, delivery, in: slot)
    metrics.count(call, in: slot)
  }
  for _ in 0..<count {
    var page = Exposition()
    page.write(metrics.layout, slots)
    sink(page.bytes)
  }
}
