/// What one connection may cost the server. Sizes are bytes.
public struct Limits: Sendable {
  /// Request line and header section together.
  public var head = 16 * 1024
  /// Field lines of a request, trailers counted apart.
  public var fields = 100
  /// The request target; RFC 9112 §3 asks for 8,000 octets at least.
  public var target = 8 * 1024
  /// The content of a request, after its transfer coding.
  public var body = 1024 * 1024
  /// From a request's first byte to the end of its head.
  public var headDeadline: Duration = .seconds(10)
  /// From the head to the end of the content.
  public var bodyDeadline: Duration = .seconds(30)
  /// A kept connection without a request; longer than the 60 s of common load balancers, which must be
  /// the ones to close it.
  public var idle: Duration = .seconds(75)
  /// A peer that takes nothing of its answer.
  public var writeStall: Duration = .seconds(30)
  /// How long a condemned connection is still read from, so that its peer gets to read the answer.
  public var linger: Duration = .seconds(5)

  public init() {}
}
