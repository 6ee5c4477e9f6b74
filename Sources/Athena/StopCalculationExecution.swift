import JSON

extension AthenaClient {
  /// Asks for a calculation's end, which comes later; of one that has ended already nothing changes.
  public func stopCalculationExecution(
    _ calculationExecutionID: String
  ) async throws(AthenaError) -> CalculationState {
    try await call(
      "StopCalculationExecution", Self.body("CalculationExecutionId", calculationExecutionID)
    ) { reader in reader.string("State").map(CalculationState.init(rawValue:)) }
  }
}
