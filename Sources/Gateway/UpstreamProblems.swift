import Athena
import HTTPMessage
import HTTPTypes

/// What Athena's and S3's errors are to a caller: the one table of them.
///
/// Codes decide, never HTTP statuses: AWS's modelled errors are all 400.
enum UpstreamProblems {
  struct Row {
    /// The service whose code it is; nil for both.
    var source: AthenaException.Source?
    /// A code as a whole, or with a `*` at its end the beginning of one.
    let code: String
    let problem: ProblemCode

    func matches(_ exception: AthenaException) -> Bool {
      guard source == nil || source == exception.source else { return false }
      return code.last == "*"
        ? exception.code.hasPrefix(code.dropLast()) : exception.code == code
    }
  }

  /// The first row that matches holds; a code without a row is `athena-error`.
  static let table: [Row] =
    rows(.athena, .notFound, "ResourceNotFoundException")
    + rows(.athena, .sessionExists, "SessionAlreadyExistsException")
    // InvalidRequestException has rules of its own before this row.
    + rows(.athena, .invalidRequest, "InvalidRequestException")
    + rows(.s3, .outputGone, "NoSuchKey", "NoSuchBucket", "404")
    + rows(.s3, .range, "InvalidRange", "416")
    + rows(
      nil, .athenaFailed, "InternalServerException", "InternalFailure", "InternalError",
      // An answer without a name is named by its status.
      "5*")
    + rows(
      nil, .throttled, "TooManyRequestsException", "Throttling", "ThrottlingException",
      "ThrottledException", "RequestThrottled", "RequestThrottledException",
      "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
      "ProvisionedThroughputExceededException", "PriorRequestNotComplete",
      "TransactionInProgressException", "EC2ThrottledException", "429")
    + rows(nil, .athenaUnavailable, "ServiceUnavailable", "ServiceUnavailableException", "SlowDown")
    + rows(nil, .gatewayNotAuthorized, AthenaException.permissionCodes)
    + rows(.s3, .gatewayNotAuthorized, "403")
    + rows(nil, .gatewayCredentials, AthenaException.credentialsCodes)

  private static func rows(
    _ source: AthenaException.Source?, _ problem: ProblemCode, _ codes: String...
  ) -> [Row] {
    rows(source, problem, codes)
  }

  private static func rows(
    _ source: AthenaException.Source?, _ problem: ProblemCode, _ codes: [String]
  ) -> [Row] {
    codes.map { Row(source: source, code: $0, problem: problem) }
  }
}

extension Gateway {
  /// The codes of Athena's and S3's errors that the gateway knows by name.
  public static let upstreamCodes: [String] = Array(
    Set(UpstreamProblems.table.map(\.code).filter { $0.last != "*" })
  ).sorted()
}

extension Problem {
  init(_ error: AthenaError) {
    switch error {
    case .exception(let exception): self.init(exception)
    case .unreachable(let reason):
      self.init(.athenaUnreachable, "the gateway can't reach AWS: \(reason)")
    case .timeout: self.init(.athenaTimeout, "AWS didn't answer the gateway in time")
    case .badAnswer(let reason):
      self.init(.badAnswer, "the answer is not one of AWS's API: \(reason)")
    case .failed(let reason):
      self.init(.internalError, "the gateway could not make its call to AWS: \(reason)")
    case .overloaded:
      self.init(.overloaded, "the gateway has as many calls to AWS under way as it may")
    case .noCredentials(let source):
      let fault = source.map { "the source '\($0)' has failed" } ?? "none are configured"
      self.init(
        .noCredentials,
        "the gateway has no AWS credentials: \(fault); whoever runs it learns more from "
          + "'athena-gateway check'")
    }
  }

  init(_ exception: AthenaException) {
    if let problem = Problem(invalidRequest: exception) {
      self = problem
      return
    }
    let row = UpstreamProblems.table.first { $0.matches(exception) }
    let code = row?.problem ?? .athenaError
    self.init(code, Self.detail(exception, code))
    upstream = exception
    // AWS explains a wrong signature by what it signed itself, the session token included, and a missing
    // permission by who lacks it. The gateway tells whoever runs it.
    switch code {
    case .gatewayCredentials, .gatewayNotAuthorized: upstream?.message = nil
    case .range:
      if let length = exception.objectLength {
        fields[.contentRange] = "\(ContentRange(nil, of: length))"
      }
    default: break
    }
  }

  /// An InvalidRequestException that means more than its name: Athena tells a session's state and a
  /// token's reuse in words.
  private init?(invalidRequest exception: AthenaException) {
    guard exception.source == .athena, exception.code == "InvalidRequestException" else {
      return nil
    }
    let message = exception.message ?? ""
    if exception.athenaErrorCode == "IDEMPOTENT_PARAMETER_MISMATCH"
      || message.hasPrefix("Idempotent parameters do not match")
    {
      self.init(
        .tokenReused, "a request with the same token was made before, with other parameters")
    } else if let state = Self.sessionState(in: message), let code = Self.sessionCodes[state] {
      self.init(code, "the session is \(state); it takes a calculation when it is IDLE")
      sessionState = state
    } else {
      return nil
    }
    upstream = exception
  }

  /// `Session is in the BUSY state; needs to be IDLE to accept Calculations.`
  private static func sessionState(in message: String) -> String? {
    guard let start = message.firstRange(of: "Session is in the ")?.upperBound,
      let end = message[start...].firstRange(of: " state")?.lowerBound
    else { return nil }
    return String(message[start..<end])
  }

  private static let sessionCodes: [String: ProblemCode] = [
    "CREATING": .sessionBusy, "CREATED": .sessionBusy, "BUSY": .sessionBusy,
    "TERMINATING": .sessionEnded, "TERMINATED": .sessionEnded, "DEGRADED": .sessionEnded,
    "FAILED": .sessionEnded,
  ]

  private static func detail(_ exception: AthenaException, _ code: ProblemCode) -> String {
    let name = exception.source == .s3 ? "S3" : "Athena"
    return switch code {
    case .gatewayCredentials:
      "\(name) doesn't accept the gateway's own credentials (\(exception.code))"
    case .gatewayNotAuthorized:
      "\(name) doesn't allow this to the gateway's own identity (\(exception.code))"
    default:
      exception.message ?? "\(name) answered with \(exception.code)"
    }
  }
}
