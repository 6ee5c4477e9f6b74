public import JSON

/// An executor of a session, as ListExecutors describes it.
public enum ExecutorsSummary {
  public static let members = [
    Shape.Member("ExecutorId", .string(length: 0...100_000), isRequired: true),
    Shape.Member("ExecutorType", .string()),
    Shape.Member("ExecutorState", .string()),
    // Integers where every other operation has timestamps, and Athena doesn't say of what unit.
    Shape.Member("StartDateTime", .integer()),
    Shape.Member("TerminationDateTime", .integer()),
    Shape.Member("ExecutorSize", .integer()),
  ]
}

extension AthenaClient {
  /// The executors of a session, each with ``ExecutorsSummary/members``.
  public func listExecutors(
    sessionID: String, _ listing: Listing
  ) async throws(AthenaError) -> Page<JSONObject> {
    let body = listing.body("SessionId", sessionID, stateFilter: "ExecutorStateFilter")
    return try await call("ListExecutors", body) { reader in
      Page(&reader, "ExecutorsSummary", of: ExecutorsSummary.members)
    }
  }
}
