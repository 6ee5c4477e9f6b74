extension AthenaClient {
  public func getCalculationExecution(
    _ calculationExecutionID: String
  ) async throws(AthenaError) -> CalculationExecution {
    try await call(
      "GetCalculationExecution", Self.body("CalculationExecutionId", calculationExecutionID)
    ) { reader in CalculationExecution(&reader) }
  }
}
