import JSON

extension AthenaClient {
  /// The code that was submitted, of at most 68,000 characters.
  public func getCalculationExecutionCode(
    _ calculationExecutionID: String
  ) async throws(AthenaError) -> String {
    try await call(
      "GetCalculationExecutionCode", Self.body("CalculationExecutionId", calculationExecutionID)
    ) { reader in reader.string("CodeBlock") }
  }
}
