public import JSON

/// A session, as ListSessions describes it.
public enum SessionSummary {
  public static let members = [
    Shape.Member("SessionId", .sessionID),
    Shape.Member("Status", .sessionStatus),
    Shape.Member("Description", .description),
    Shape.Member(
      "EngineVersion",
      .structure([
        Shape.Member("SelectedEngineVersion", .name),
        Shape.Member("EffectiveEngineVersion", .name),
      ])),
    Shape.Member("NotebookVersion", .name),
  ]
}

extension AthenaClient {
  /// The sessions of a workgroup, each with ``SessionSummary/members``.
  public func listSessions(
    workGroup: String, _ listing: Listing
  ) async throws(AthenaError) -> Page<JSONObject> {
    try await call("ListSessions", listing.body("WorkGroup", workGroup)) { reader in
      Page(&reader, "Sessions", of: SessionSummary.members)
    }
  }
}
