public import HTTPTypes

/// What became of a request and its answer, once both are over.
public struct Delivery: Sendable {
  public enum Outcome: Sendable, Equatable {
    /// The peer's kernel, or one on the way, has all of it.
    case complete
    /// The connection ended in the midst of the answer.
    case cut
    /// It ended before the answer began: nobody has it.
    case unsent
  }

  public let status: HTTPResponse.Status
  public let outcome: Outcome
  /// The bytes of the request's content that were read, without their framing.
  public let received: Int
  /// The bytes of the answer's content that were sent, without their framing.
  public let sent: Int
  /// From the end of the request's head to the beginning of the answer.
  public let timeToHead: Duration
  /// From the end of the request's head to the end of the answer.
  public let time: Duration

  public init(
    status: HTTPResponse.Status, outcome: Outcome, received: Int = 0, sent: Int = 0,
    timeToHead: Duration = .zero, time: Duration = .zero
  ) {
    self.status = status
    self.outcome = outcome
    self.received = received
    self.sent = sent
    self.timeToHead = timeToHead
    self.time = time
  }
}

/// Is told how an answer went: once, on the loop of its server.
public protocol DeliveryObserver: AnyObject {
  func didDeliver(_ delivery: Delivery)
}
