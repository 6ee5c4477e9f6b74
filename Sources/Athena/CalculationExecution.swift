import JSON

/// A calculation, as GetCalculationExecution describes it. What Athena left out is nil.
public struct CalculationExecution: Sendable, Equatable {
  /// CalculationStatus of Athena's model. Times are seconds since 1970.
  public struct Status: Sendable, Equatable {
    public var submissionDateTime: Double?
    public var completionDateTime: Double?
    public var state: CalculationState?
    public var stateChangeReason: String?
  }

  /// CalculationStatistics of Athena's model.
  public struct Statistics: Sendable, Equatable {
    public var dpuExecutionInMillis: Int?
    public var progress: String?
  }

  /// CalculationResult of Athena's model: where S3 has what the calculation left behind.
  public struct Result: Sendable, Equatable {
    public var stdOutS3Uri: String?
    public var stdErrorS3Uri: String?
    public var resultS3Uri: String?
    public var resultType: String?
  }

  public var calculationExecutionID: String?
  public var sessionID: String?
  public var description: String?
  public var workingDirectory: String?
  public var status = Status()
  public var statistics = Statistics()
  public var result = Result()
}

extension CalculationExecution {
  /// One of which no more is known than what StartCalculationExecution tells.
  public init(calculationExecutionID: String, sessionID: String, state: CalculationState) {
    self.calculationExecutionID = calculationExecutionID
    self.sessionID = sessionID
    status.state = state
  }

  init(_ reader: inout JSONObjectReader) {
    calculationExecutionID = reader.string("CalculationExecutionId")
    sessionID = reader.string("SessionId")
    description = reader.string("Description")
    workingDirectory = reader.string("WorkingDirectory")
    status = reader.object("Status", reading: Status.init) ?? Status()
    statistics = reader.object("Statistics", reading: Statistics.init) ?? Statistics()
    result = reader.object("Result", reading: Result.init) ?? Result()
  }
}

extension CalculationExecution.Status {
  init(_ reader: inout JSONObjectReader) {
    submissionDateTime = reader.number("SubmissionDateTime")?.double
    completionDateTime = reader.number("CompletionDateTime")?.double
    state = reader.string("State").map(CalculationState.init(rawValue:))
    stateChangeReason = reader.string("StateChangeReason")
  }
}

extension CalculationExecution.Statistics {
  init(_ reader: inout JSONObjectReader) {
    dpuExecutionInMillis = reader.integer("DpuExecutionInMillis")
    progress = reader.string("Progress")
  }
}

extension CalculationExecution.Result {
  fileprivate init(_ reader: inout JSONObjectReader) {
    stdOutS3Uri = reader.string("StdOutS3Uri")
    stdErrorS3Uri = reader.string("StdErrorS3Uri")
    resultS3Uri = reader.string("ResultS3Uri")
    resultType = reader.string("ResultType")
  }
}
