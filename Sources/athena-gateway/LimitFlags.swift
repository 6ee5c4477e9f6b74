import ArgumentParser
import HTTPServer

/// The flags of what clients may cost the gateway; their defaults are the server's own.
struct LimitFlags: ParsableArguments {
  private static let defaults = Limits()

  @Option(
    help: .size("Request line and fields of a request. 431 beyond.", default: .init(defaults.head)),
    transform: ByteCount.init(parsing:))
  var maxHead = ByteCount(defaults.head)

  @Option(
    help: ArgumentHelp("Field lines of a request. 431 beyond.", valueName: "number"))
  var maxFields = defaults.fields

  @Option(
    help: .size("The request target. 414 beyond.", default: .init(defaults.target)),
    transform: ByteCount.init(parsing:))
  var maxTarget = ByteCount(defaults.target)

  @Option(
    help: .size("The content of a request. 413 beyond.", default: .init(defaults.body)),
    transform: ByteCount.init(parsing:))
  var maxBody = ByteCount(defaults.body)

  @Option(
    help: .size(
      "The contents of all requests that a worker has in hand. 503 beyond.",
      default: .init(defaults.bodies)),
    transform: ByteCount.init(parsing:))
  var maxBodies = ByteCount(defaults.bodies)

  @Option(
    help: ArgumentHelp(
      "Connections of a worker. Beyond them only /livez and /readyz are answered, else 503.",
      valueName: "number"))
  var maxConnections = defaults.connections

  @Option(
    help: ArgumentHelp(
      "Further connections of a worker, for /livez and /readyz.", valueName: "number"))
  var reservedConnections = defaults.reserve

  @Option(
    help: ArgumentHelp("Requests of a connection, which ends then.", valueName: "number"))
  var maxRequestsPerConnection = defaults.requests

  @Option(
    help: ArgumentHelp(
      "Requests in a row sent without waiting for an answer; the connection ends then.",
      valueName: "number"))
  var maxPipelined = defaults.pipelined

  @Option(
    help: .time(
      "From a connection to the end of its TLS handshake; it is closed then.",
      default: .init(defaults.handshakeDeadline)),
    transform: TimeSpan.init(parsing:))
  var handshakeDeadline = TimeSpan(defaults.handshakeDeadline)

  @Option(
    help: .time(
      "From a request's first byte to the end of its head. 408 beyond.",
      default: .init(defaults.headDeadline)),
    transform: TimeSpan.init(parsing:))
  var headDeadline = TimeSpan(defaults.headDeadline)

  @Option(
    help: .time(
      "From the head to the end of the content. 408 beyond.", default: .init(defaults.bodyDeadline)),
    transform: TimeSpan.init(parsing:))
  var bodyDeadline = TimeSpan(defaults.bodyDeadline)

  @Option(
    help: .size(
      "Bytes a second at which content must come and an answer be taken, on average; 0 for none.",
      default: .init(defaults.rate)),
    transform: ByteCount.init(parsing:))
  var minRate = ByteCount(defaults.rate)

  @Option(
    help: .time(
      "From the head to the beginning of the answer. 504 beyond.",
      default: .init(defaults.requestDeadline)),
    transform: TimeSpan.init(parsing:))
  var requestDeadline = TimeSpan(defaults.requestDeadline)

  @Option(
    help: .time(
      "A connection without a request, which is closed then.", default: .init(defaults.idle)),
    transform: TimeSpan.init(parsing:))
  var idleDeadline = TimeSpan(defaults.idle)

  @Option(
    help: .time(
      "A caller that takes nothing of its answer; the connection is closed then.",
      default: .init(defaults.writeStall)),
    transform: TimeSpan.init(parsing:))
  var writeDeadline = TimeSpan(defaults.writeStall)

  @Option(
    help: .time(
      "How long a connection that ends is still read from, so that its caller gets the answer.",
      default: .init(defaults.linger)),
    transform: TimeSpan.init(parsing:))
  var lingerDeadline = TimeSpan(defaults.linger)

  /// The limits, with what is wrong with them noted.
  func limits(_ problems: inout Problems) -> Limits {
    check(&problems)
    var limits = Limits()
    limits.head = maxHead.bytes
    limits.fields = maxFields
    limits.target = maxTarget.bytes
    limits.body = maxBody.bytes
    limits.bodies = maxBodies.bytes
    limits.connections = maxConnections
    limits.reserve = reservedConnections
    limits.requests = maxRequestsPerConnection
    limits.pipelined = maxPipelined
    limits.handshakeDeadline = handshakeDeadline.duration
    limits.headDeadline = headDeadline.duration
    limits.bodyDeadline = bodyDeadline.duration
    limits.rate = minRate.bytes
    limits.requestDeadline = requestDeadline.duration
    limits.idle = idleDeadline.duration
    limits.writeStall = writeDeadline.duration
    limits.linger = lingerDeadline.duration
    return limits
  }

  private func check(_ problems: inout Problems) {
    problems.check("--max-head", maxHead, in: ByteCount(256)...ByteCount(1 << 20))
    problems.check("--max-fields", maxFields, in: 1...10_000)
    problems.check("--max-target", maxTarget, in: ByteCount(1)...ByteCount(1 << 20))
    problems.check("--max-body", maxBody, in: ByteCount(0)...ByteCount(1 << 30))
    problems.check("--max-bodies", maxBodies, in: ByteCount(0)...ByteCount(1 << 40))
    problems.check("--max-connections", maxConnections, in: 1...1_000_000)
    problems.check("--reserved-connections", reservedConnections, in: 0...1000)
    problems.check(
      "--max-requests-per-connection", maxRequestsPerConnection, in: 1...1_000_000_000)
    problems.check("--max-pipelined", maxPipelined, in: 1...1_000_000)
    problems.check("--min-rate", minRate, in: ByteCount(0)...ByteCount(1 << 20))
    for (flag, time) in [
      ("--handshake-deadline", handshakeDeadline), ("--head-deadline", headDeadline),
      ("--body-deadline", bodyDeadline),
      ("--request-deadline", requestDeadline), ("--idle-deadline", idleDeadline),
      ("--write-deadline", writeDeadline), ("--linger-deadline", lingerDeadline),
    ] {
      problems.check(flag, time, in: TimeSpan(milliseconds: 1)...TimeSpan(.seconds(86_400)))
    }
    let defaults = Self.defaults
    problems.check(
      ("--max-target", maxTarget, ByteCount(defaults.target)),
      isPartOf: ("--max-head", maxHead, ByteCount(defaults.head)))
    problems.check(
      ("--max-body", maxBody, ByteCount(defaults.body)),
      isPartOf: ("--max-bodies", maxBodies, ByteCount(defaults.bodies)))
  }
}
