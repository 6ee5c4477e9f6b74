import JSON

/// What a session has where its caller says nothing of it.
public struct SessionDefaults: Sendable {
  /// nil where callers have to name one.
  public var workGroup: String?
  /// How many DPUs, from 2 to 5000, a session may have at once where the caller gives no engine
  /// configuration. Athena has no default; 20 is ours.
  public var maxConcurrentDPUs: Int
  /// From 1 to 480; nil leaves it to Athena, whose default is 20.
  public var idleTimeoutInMinutes: Int?

  public init(
    workGroup: String? = nil, maxConcurrentDPUs: Int = 20, idleTimeoutInMinutes: Int? = nil
  ) {
    self.workGroup = workGroup
    self.maxConcurrentDPUs = maxConcurrentDPUs
    self.idleTimeoutInMinutes = idleTimeoutInMinutes
  }

  /// A caller's content with what is left out added.
  ///
  /// An engine configuration is taken as it is given: Athena refuses some members beside others, and a
  /// caller could not take out what the gateway had added.
  func completing(_ content: JSONObject) -> JSONObject {
    var content = content
    func add(_ name: String, _ value: JSONValue?) {
      guard let value, content[name] == nil else { return }
      content.members.append(.init(name: name, value: value))
    }
    add("workGroup", workGroup.map(JSONValue.string))
    add(
      "engineConfiguration",
      .object(
        JSONObject([
          .init(name: "maxConcurrentDpus", value: .number(JSONNumber(maxConcurrentDPUs)))
        ])))
    add(
      "sessionIdleTimeoutInMinutes", idleTimeoutInMinutes.map { .number(JSONNumber($0)) })
    return content
  }
}
