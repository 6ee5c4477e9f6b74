import Gateway
import HTTPMessage
import HTTPServer
import HTTPTypes
import Metrics
import Tracing

/// The numbers that workers count.
struct GatewayMetrics: Sendable {
  let layout: MetricsLayout
  let requests: Counter
  let requestTime: Histogram
  let received: Counter
  let sent: Counter
  let calls: Counter
  let callTime: Histogram
  let retries: Counter
  let connections: Gauge
  let accepted: Counter
  let failedHandshakes: Counter
  let lag: Histogram

  init() {
    var layout = MetricsLayout()
    let route = MetricFamily.Label("route", RouteTemplate.allCases.map(\.text) + [Self.none])
    requests = layout.counter(
      "athena_gateway_http_requests_total", "Requests, by what they got for an answer.",
      by: [
        route, .init("method", Self.methods + [Self.other, Self.none]),
        .init("status", Self.statuses.map(String.init) + [Self.other, Self.none]),
      ])
    requestTime = layout.histogram(
      "athena_gateway_http_request_duration_seconds",
      "From the end of a request's head to the end of its answer, streams and waits included.",
      by: [route, .init("status", Self.classes + [Self.none])], bounds: Self.times)
    received = layout.counter(
      "athena_gateway_http_request_content_bytes_total", "Bytes of requests' contents.")
    sent = layout.counter(
      "athena_gateway_http_response_content_bytes_total", "Bytes of answers' contents.")
    let operation = MetricFamily.Label("operation", Self.operations + [Self.other])
    calls = layout.counter(
      "athena_gateway_upstream_calls_total", "Calls to AWS, by what they came to.",
      by: [operation, .init("code", Self.codes + [Self.other])])
    callTime = layout.histogram(
      "athena_gateway_upstream_call_duration_seconds",
      "From a call's beginning to the head of its last answer, retries included.", by: [operation],
      bounds: Self.times)
    retries = layout.counter(
      "athena_gateway_upstream_retries_total", "How often calls to AWS were sent again.",
      by: [operation])
    connections = layout.gauge("athena_gateway_connections", "Open connections of callers.")
    accepted = layout.counter(
      "athena_gateway_connections_total", "Connections of callers there have been.")
    failedHandshakes = layout.counter(
      "athena_gateway_tls_handshakes_failed_total", "TLS handshakes that came to nothing, by why.",
      by: [.init("reason", TLSFault.Kind.allCases.map(\.rawValue))])
    lag = layout.histogram(
      "athena_gateway_event_loop_lag_seconds",
      "For how long a worker was busy in a row, and whatever else came up had to wait.",
      bounds: [.milliseconds(1), .milliseconds(5), .milliseconds(10), .milliseconds(50)]
        + [.milliseconds(100), .milliseconds(500), .seconds(1), .seconds(5)])
    self.layout = layout
  }

  private static let times: [Duration] =
    [1, 5, 10, 25, 50, 100, 250, 500].map { .milliseconds($0) }
    + [1, 2.5, 5, 10, 30, 60, 300].map { .seconds($0) }

  // MARK: The values of labels

  /// Everything that is in no list: what comes from outside makes no new value.
  private static let other = "other"
  /// Of a path that names nothing, of a request that could not be read, and of an answer that was never sent.
  private static let none = "none"

  private static let methods = ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"]

  private static let statuses = [
    200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 416, 417, 421,
    422, 429, 431, 500, 501, 502, 503, 504, 505,
  ]

  private static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

  private static let operations = [
    "GetCalculationExecution", "GetCalculationExecutionStatus", "GetCalculationExecutionCode",
    "StartCalculationExecution", "StopCalculationExecution", "ListCalculationExecutions",
    "GetSession", "GetSessionStatus", "StartSession", "TerminateSession", "ListSessions",
    "ListExecutors", "GetObject", "HeadObject", "HeadBucket",
  ]

  private static let codes =
    ["ok", "unreachable", "timeout", "bad-answer", "failed", "overloaded", "no-credentials"]
    + ["cancelled"]
    + Gateway.upstreamCodes

  private static let operationIndices = indices(of: operations)
  private static let codeIndices = indices(of: codes)

  private static func indices(of values: [String]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
  }

  // MARK: Counting

  func count(_ context: RequestContext, _ delivery: Delivery, in slot: MetricsSlot) {
    let route = context.template?.rawValue ?? RouteTemplate.allCases.count
    let method =
      context.method.map { method in
        Self.methods.firstIndex { $0 == method.rawValue } ?? Self.methods.count
      } ?? Self.methods.count + 1
    let isSent = delivery.outcome != .unsent
    let status =
      isSent
      ? Self.statuses.firstIndex(of: delivery.status.code) ?? Self.statuses.count
      : Self.statuses.count + 1
    let statusClass = isSent ? delivery.status.code / 100 - 1 : Self.classes.count
    slot.add(to: requests, route, method, status)
    slot.observe(delivery.time, in: requestTime, route, statusClass)
    slot.add(delivery.received, to: received)
    slot.add(delivery.sent, to: sent)
  }

  func count(_ fault: TLSFault, in slot: MetricsSlot) {
    guard let index = TLSFault.Kind.allCases.firstIndex(of: fault.kind) else { return }
    slot.add(to: failedHandshakes, index)
  }

  func count(_ call: CallRecord.Outcome, in slot: MetricsSlot) {
    let operation = Self.operationIndices[call.operation] ?? Self.operations.count
    slot.add(to: calls, operation, Self.codeIndices[call.code] ?? Self.codes.count)
    slot.observe(call.time, in: callTime, operation)
    if call.tries > 1 { slot.add(call.tries - 1, to: retries, operation) }
  }
}
