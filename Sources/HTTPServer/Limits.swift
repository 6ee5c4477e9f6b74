/// What clients may cost the server. Sizes are bytes.
public struct Limits: Sendable {
  // MARK: A request

  /// Request line and header section together.
  public var head = 16 * 1024
  /// Field lines of a request, trailers counted apart.
  public var fields = 100
  /// The request target; RFC 9112 §3 asks for 8,000 octets at least.
  public var target = 8 * 1024
  /// The content of a request, after its transfer coding.
  public var body = 1024 * 1024

  // MARK: A server

  /// Open connections. Past them ``reserve`` more are kept for the requests that are served even then.
  public var connections = 10_000
  /// Connections that are kept when all others are taken: whoever asks whether the server lives must
  /// be able to.
  public var reserve = 8
  /// Requests on one connection, after which it ends: so that a balancer in front gets to balance.
  public var requests = 10_000
  /// Requests in a row that are sent without waiting for an answer (RFC 9112 §9.3.2); after so many the
  /// connection ends.
  public var pipelined = 128
  /// The contents of all requests that are being read or answered, but for ``freeBody`` of each. A handler
  /// that waits may keep what it has read, to send it again: its content counts until the answer.
  public var bodies = 64 * 1024 * 1024
  /// What of each content costs nothing of ``bodies``: a few large ones must not keep the many small ones
  /// out.
  var freeBody = 16 * 1024

  // MARK: Time

  /// From the beginning of a connection to the end of its TLS handshake.
  public var handshakeDeadline: Duration = .seconds(10)
  /// From a request's first byte to the end of its head.
  public var headDeadline: Duration = .seconds(10)
  /// From the head to the end of the content.
  public var bodyDeadline: Duration = .seconds(30)
  /// The bytes a second that content must come with, and an answer be taken with, on average: a peer
  /// that sends a byte now and then occupies a connection as one that sends nothing does.
  public var rate = 240
  /// How long content may trickle before its average counts.
  var contentGrace = Duration.seconds(5)
  /// From the head to the beginning of the answer.
  public var requestDeadline: Duration = .seconds(60)
  /// A kept connection without a request; longer than the 60 s of common load balancers, which must be
  /// the ones to close it.
  public var idle: Duration = .seconds(75)
  /// A peer that takes nothing of its answer.
  public var writeStall: Duration = .seconds(30)
  /// How long a condemned connection is still read from, so that its peer gets to read the answer.
  public var linger: Duration = .seconds(5)

  public init() {}

  /// What holds on the reserved connections: one small request, at once.
  var ofReserve: Limits {
    var limits = self
    limits.head = min(head, 2 * 1024)
    limits.body = 0
    limits.requests = 1
    limits.handshakeDeadline = min(handshakeDeadline, .seconds(1))
    limits.headDeadline = min(headDeadline, .seconds(1))
    limits.idle = min(idle, .seconds(1))
    limits.writeStall = min(writeStall, .seconds(1))
    // A peer that has its answer closes; another one may be waiting for the place.
    limits.linger = min(linger, .milliseconds(100))
    return limits
  }
}
