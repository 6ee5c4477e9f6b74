public import EventLoop

/// The calls to AWS that one request leads to: what goes with each of them, and what came of them.
public final class CallRecord {
  /// The record of the request that the task works for; nil for work that is nobody's, or everybody's.
  @TaskLocal public static var current: LoopBound<CallRecord>?

  /// How one call went, tries and all.
  public struct Outcome: Sendable {
    /// As `GetCalculationExecution`.
    public let operation: String
    /// `ok`, AWS's code, or what came in its place, as `timeout`. From outside, but for its form.
    public let code: String
    /// How often it was sent.
    public let tries: Int
    /// From its beginning to the head of its answer.
    public let time: Duration

    public init(operation: String, code: String, tries: Int, time: Duration) {
      self.operation = operation
      self.code = code
      self.tries = tries
      self.time = time
    }
  }

  /// The fields that go with each call, not signed: what stands between may change them.
  public let fields: [(name: String, value: String)]
  /// What whoever the calls are for may have of AWS; nil where nobody bounds it.
  public var place: (any CallPlace)?
  /// The last call that is over.
  public private(set) var last: Outcome?
  /// What AWS has called the last call.
  public var requestID: String?
  public private(set) var calls = 0
  /// Of all calls.
  public private(set) var tries = 0
  /// That of all calls; those that were made at the same time count each.
  public private(set) var time = Duration.zero

  public init(fields: [(name: String, value: String)] = [], place: (any CallPlace)? = nil) {
    self.fields = fields
    self.place = place
  }

  public func note(_ outcome: Outcome) {
    last = outcome
    calls += 1
    tries += outcome.tries
    time += outcome.time
  }
}
