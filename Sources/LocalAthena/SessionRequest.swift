import JSON

/// What a session is started with.
struct SessionRequest {
  var workGroup: String
  var description: String?
  /// As they were given.
  var engineConfiguration = JSONObject()
  var monitoringConfiguration: JSONObject?
  var notebookVersion: String?
  var executionRole: String?
  /// Nil: it never idles out.
  var idleMinutes: Int?

  /// Of ``LocalAthena/demoSession``.
  static let demo = SessionRequest(
    workGroup: "primary", description: "There from the start, and never idle for too long",
    engineConfiguration: JSONObject(
      ["CoordinatorDpuSize", "DefaultExecutorDpuSize"].map {
        JSONObject.Member(name: $0, value: .number(JSONNumber(1)))
      }))
}
