import HTTPClient
import HTTPMessage
import HTTPTypes

/// Which failures are tried again, how often and after how long: the standard mode of botocore 1.44
/// (`retries/standard.py`).
public struct RetryPolicy: Sendable {
  /// How often a call is sent at most, the first time included; at least 1.
  public var attempts: Int
  /// The time that one try may take.
  public var deadline: Duration
  private let random: @Sendable () -> Double

  /// - Parameter random: A number from 0 to 1 for each delay.
  public init(
    attempts: Int = 3, deadline: Duration = .seconds(15),
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.attempts = attempts
    self.deadline = deadline
    self.random = random
  }

  /// Why a failure is worth another try.
  enum Reason {
    case transient, throttling

    /// What such a retry takes of the quota.
    var cost: Int {
      switch self {
      case .transient: 14
      case .throttling: 5
      }
    }

    /// The seconds that the first delay is less than.
    fileprivate var scale: Double {
      switch self {
      case .transient: 0.05
      case .throttling: 1
      }
    }
  }

  /// nil where another try would end like this one.
  ///
  /// - Parameter modelled: The error codes in the model of the service, which decide where an answer has
  ///   one of them with status 429.
  func reason(to retry: CallFailure, modelled: Set<String>) -> Reason? {
    switch retry {
    case .transfer(let error): Self.isTransient(error) ? .transient : nil
    case .service(let error, _):
      if Self.throttlingCodes.contains(error.code)
        || error.status == 429 && !modelled.contains(error.code)
      {
        .throttling
      } else if Self.transientCodes.contains(error.code)
        || Self.transientStatuses.contains(error.status)
      {
        .transient
      } else {
        nil
      }
    case .unpromised: nil
    }
  }

  /// The time until the next try.
  ///
  /// - Parameter attempt: How many there have been.
  func delay(after attempt: Int, _ reason: Reason, _ failure: CallFailure) -> Duration {
    // Any power from there on is more than the longest delay.
    let growth = Double(sign: .plus, exponent: min(attempt - 1, 64), significand: 1)
    let delay = random() * min(reason.scale * growth, Self.longestDelay)
    guard let wish = Self.wish(of: failure) else { return .seconds(delay) }
    return .seconds(max(delay, min(wish, delay + Self.longestExtension)))
  }

  private static let longestDelay = 20.0
  /// The seconds that a service can ask for more.
  private static let longestExtension = 5.0

  /// The seconds that the service asks to be left alone, which it gives in milliseconds.
  private static func wish(of failure: CallFailure) -> Double? {
    guard case .service(_, let fields) = failure, let text = fields[.amzRetryAfter],
      !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let milliseconds = Double(text)
    else { return nil }
    return milliseconds / 1000
  }

  /// Whatever goes wrong on the way. Not what the client refuses of an endless answer, which the next
  /// one would be as well.
  private static func isTransient(_ error: HTTPClientError) -> Bool {
    switch error {
    case .resolve, .connect, .tls, .proxy, .timeout, .cutShort, .badAnswer, .failed: true
    case .tooLarge, .headTooLarge, .invalidRequest, .overloaded, .closed: false
    }
  }

  private static let transientStatuses: Set = [500, 502, 503, 504]
  private static let transientCodes: Set = ["RequestTimeout", "RequestTimeoutException"]
  private static let throttlingCodes: Set = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "TooManyRequestsException", "ProvisionedThroughputExceededException",
    "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
    "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
    "EC2ThrottledException",
  ]
}

extension HTTPField.Name {
  static let amzRetryAfter = Self("x-amz-retry-after")!
}
