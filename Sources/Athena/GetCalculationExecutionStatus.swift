import JSON

/// What of a calculation changes while it runs.
public struct CalculationExecutionStatus: Sendable, Equatable {
  public var status: CalculationExecution.Status
  public var statistics: CalculationExecution.Statistics
}

extension AthenaClient {
  /// The answer names neither the calculation nor its session.
  public func getCalculationExecutionStatus(
    _ calculationExecutionID: String
  ) async throws(AthenaError) -> CalculationExecutionStatus {
    try await call(
      "GetCalculationExecutionStatus", Self.body("CalculationExecutionId", calculationExecutionID)
    ) { reader in
      CalculationExecutionStatus(
        status: reader.object("Status", reading: CalculationExecution.Status.init) ?? .init(),
        statistics: reader.object("Statistics", reading: CalculationExecution.Statistics.init)
          ?? .init())
    }
  }
}
