import ArgumentParser
import HTTPServer

/// What clients may cost the gateway; the defaults are the server's own.
struct LimitFlags: ParsableArguments {
  private static let defaults = Limits()
  private static let times = TimeSpan(milliseconds: 1)...TimeSpan(.seconds(86_400))

  @Option(
    GatewaySetting(
      "max-head", "Request line and fields of a request. 431 beyond.",
      default: ByteCount(defaults.head), in: ByteCount(256)...ByteCount(1 << 20)))
  var maxHead

  @Option(
    GatewaySetting(
      "max-fields", "Field lines of a request. 431 beyond.", default: defaults.fields,
      in: 1...10_000))
  var maxFields

  @Option(
    GatewaySetting(
      "max-target", "The request target. 414 beyond.", default: ByteCount(defaults.target),
      in: ByteCount(1)...ByteCount(1 << 20)))
  var maxTarget

  @Option(
    GatewaySetting(
      "max-body", "The content of a request. 413 beyond.", default: ByteCount(defaults.body),
      in: ByteCount(0)...ByteCount(1 << 30)))
  var maxBody

  @Option(
    GatewaySetting(
      "max-bodies", "The contents of all requests that a worker has in hand. 503 beyond.",
      default: ByteCount(defaults.bodies), in: ByteCount(0)...ByteCount(1 << 40)))
  var maxBodies

  @Option(
    GatewaySetting(
      "max-connections",
      "Connections of a worker. Beyond them only /livez and /readyz are answered, else 503.",
      default: defaults.connections, in: 1...1_000_000))
  var maxConnections

  @Option(
    GatewaySetting(
      "reserved-connections", "Further connections of a worker, for /livez and /readyz.",
      default: defaults.reserve, in: 0...1000))
  var reservedConnections

  @Option(
    GatewaySetting(
      "max-requests-per-connection", "Requests of a connection, which ends then.",
      default: defaults.requests, in: 1...1_000_000_000))
  var maxRequestsPerConnection

  @Option(
    GatewaySetting(
      "max-pipelined",
      "Requests in a row sent without waiting for an answer; the connection ends then.",
      default: defaults.pipelined, in: 1...1_000_000))
  var maxPipelined

  @Option(
    GatewaySetting(
      "handshake-deadline",
      "From a connection to the end of its TLS handshake; it is closed then.",
      default: TimeSpan(defaults.handshakeDeadline), in: times))
  var handshakeDeadline

  @Option(
    GatewaySetting(
      "head-deadline", "From a request's first byte to the end of its head. 408 beyond.",
      default: TimeSpan(defaults.headDeadline), in: times))
  var headDeadline

  @Option(
    GatewaySetting(
      "body-deadline", "From the head to the end of the content. 408 beyond.",
      default: TimeSpan(defaults.bodyDeadline), in: times))
  var bodyDeadline

  @Option(
    GatewaySetting(
      "min-rate",
      "Bytes a second at which content must come and an answer be taken, on average; 0 for none.",
      default: ByteCount(defaults.rate), in: ByteCount(0)...ByteCount(1 << 20)))
  var minRate

  @Option(
    GatewaySetting(
      "request-deadline", "From the head to the beginning of the answer. 504 beyond.",
      default: TimeSpan(defaults.requestDeadline), in: times))
  var requestDeadline

  @Option(
    GatewaySetting(
      "idle-deadline", "A connection without a request, which is closed then.",
      default: TimeSpan(defaults.idle), in: times))
  var idleDeadline

  @Option(
    GatewaySetting(
      "write-deadline",
      "A caller that takes nothing of its answer; the connection is closed then.",
      default: TimeSpan(defaults.writeStall), in: times))
  var writeDeadline

  @Option(
    GatewaySetting(
      "linger-deadline",
      "How long a connection that ends is still read from, so that its caller gets the answer.",
      default: TimeSpan(defaults.linger), in: times))
  var lingerDeadline

  func limits(_ reader: inout SettingsReader) -> Limits {
    let (head, target) = (reader.value(maxHead), reader.value(maxTarget))
    let (body, bodies) = (reader.value(maxBody), reader.value(maxBodies))
    reader.check((maxTarget, target), isPartOf: (maxHead, head), <=)
    reader.check((maxBody, body), isPartOf: (maxBodies, bodies), <=)
    var limits = Limits()
    limits.head = head.bytes
    limits.target = target.bytes
    limits.body = body.bytes
    limits.bodies = bodies.bytes
    limits.fields = reader.value(maxFields)
    limits.connections = reader.value(maxConnections)
    limits.reserve = reader.value(reservedConnections)
    limits.requests = reader.value(maxRequestsPerConnection)
    limits.pipelined = reader.value(maxPipelined)
    limits.handshakeDeadline = reader.value(handshakeDeadline).duration
    limits.headDeadline = reader.value(headDeadline).duration
    limits.bodyDeadline = reader.value(bodyDeadline).duration
    limits.rate = reader.value(minRate).bytes
    limits.requestDeadline = reader.value(requestDeadline).duration
    limits.idle = reader.value(idleDeadline).duration
    limits.writeStall = reader.value(writeDeadline).duration
    limits.linger = reader.value(lingerDeadline).duration
    return limits
  }
}
