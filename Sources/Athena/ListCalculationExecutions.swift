public import JSON

/// A calculation, as ListCalculationExecutions describes it.
public enum CalculationSummary {
  public static let members = [
    Shape.Member("CalculationExecutionId", .calculationExecutionID),
    Shape.Member(
      "Status",
      .structure([
        Shape.Member("State", .string()),
        Shape.Member("StateChangeReason", .description),
        Shape.Member("SubmissionDateTime", .timestamp),
        Shape.Member("CompletionDateTime", .timestamp),
      ])),
    Shape.Member("Description", .description),
  ]
}

extension AthenaClient {
  /// The calculations of a session, the newest first, each with ``CalculationSummary/members``.
  public func listCalculationExecutions(
    sessionID: String, _ listing: Listing
  ) async throws(AthenaError) -> Page<JSONObject> {
    try await call("ListCalculationExecutions", listing.body("SessionId", sessionID)) { reader in
      Page(&reader, "Calculations", of: CalculationSummary.members)
    }
  }
}
