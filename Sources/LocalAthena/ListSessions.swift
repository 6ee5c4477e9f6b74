import JSON

extension Operation {
  /// The sessions of a workgroup: those in a state, or where none is asked for the active ones.
  static let listSessions = Operation(name: "ListSessions") {
    (input, account) throws(ServiceError) in
    let workGroup = try input.requiredString("WorkGroup", pattern: .workGroup)
    let state = try input.enumeration("StateFilter", SessionStatus.State.self)
    let paging = try Paging(&input)
    try input.check()
    let sessions = account.sessions.reversed().filter {
      $0.request.workGroup == workGroup
        && (state == nil ? $0.status.state.isActive : $0.status.state == state)
    }
    let page = try paging.page(
      of: sessions, numberedBy: \.number, list: ["ListSessions", workGroup, state?.rawValue])
    return output(page.elements, page.nextToken)
  }

  private static func output(_ sessions: [Session], _ nextToken: String?) -> [UInt8] {
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    writer.member("NextToken", nextToken)
    writer.name("Sessions")
    writer.beginArray()
    for session in sessions { writer.summary(of: session) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func summary(of session: Session) {
    beginObject()
    member("SessionId", session.id)
    member("Description", session.request.description)
    name("EngineVersion")
    beginObject()
    member("SelectedEngineVersion", Session.engineVersion)
    member("EffectiveEngineVersion", Session.engineVersion)
    endObject()
    member("NotebookVersion", session.request.notebookVersion)
    name("Status")
    status(session.status)
    endObject()
  }
}
