import AWSClient
import Gateway
import Glibc
import Metrics

/// What `GET /metrics` answers with.
struct MetricsPage: Sendable {
  let telemetry: Telemetry
  let gateway: Gateway.Shared
  let credentials: CredentialsStore
  let process: ProcessMetrics

  var content: [UInt8] {
    var exposition = Exposition()
    exposition.write(
      "athena_gateway_build_info", "What runs here: always 1.", .gauge,
      labels: [("version", AthenaGateway.version)], 1)
    exposition.write(telemetry.metrics.layout, telemetry.slots)
    let isReady = !gateway.isDraining && credentials.mayServe(at: time(nil))
    exposition.write(
      "athena_gateway_ready", "1 where GET /readyz is 200 by what is known, 0 where it is not.",
      .gauge, isReady ? 1 : 0)
    let waiting = gateway.waiting
    exposition.write(
      "athena_gateway_watches",
      "Calculations and sessions that Athena is asked about again and again.",
      .gauge, Double(waiting.watches))
    exposition.write(
      "athena_gateway_waits", "Requests that wait for them.", .gauge, Double(waiting.callers))
    exposition.write(
      "athena_gateway_credentials_expiry_timestamp_seconds",
      "When the AWS credentials end, in seconds since 1970; not there for those that don't.",
      .gauge,
      credentials.expiration.map(Double.init))
    exposition.write(
      "athena_gateway_log_lines_dropped_total",
      "Lines of the log that were lost, since nobody took them in time.", .counter,
      Double(telemetry.droppedLines))
    process.write(to: &exposition)
    return exposition.bytes
  }
}
