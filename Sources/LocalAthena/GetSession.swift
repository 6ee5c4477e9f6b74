import JSON

extension Operation {
  /// A session, with what it was started with.
  static let getSession = Operation(name: "GetSession") { (input, account) throws(ServiceError) in
    let id = try input.requiredString("SessionId", length: 1...256)
    try input.check()
    return output(try account.session(id))
  }

  private static func output(_ session: Session) -> [UInt8] {
    let request = session.request
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    writer.member("SessionId", session.id)
    writer.member("Description", request.description)
    writer.member("WorkGroup", request.workGroup)
    writer.member("EngineVersion", Session.engineVersion)
    writer.member("EngineConfiguration", .object(request.engineConfiguration))
    writer.member("NotebookVersion", request.notebookVersion)
    writer.member("MonitoringConfiguration", request.monitoringConfiguration.map { .object($0) })
    writer.name("SessionConfiguration")
    writer.configuration(of: session)
    writer.name("Status")
    writer.status(session.status)
    writer.name("Statistics")
    writer.beginObject()
    writer.member("DpuExecutionInMillis", session.milliseconds)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}

extension Session {
  /// What Athena calls the engine that has the calculation API.
  static let engineVersion = "PySpark engine version 3"
}

extension JSONWriter {
  fileprivate mutating func configuration(of session: Session) {
    let minutes = session.request.idleMinutes
    beginObject()
    member("ExecutionRole", session.request.executionRole)
    member("WorkingDirectory", "s3://\(LocalAthena.bucket)/\(session.id)")
    member("IdleTimeoutSeconds", minutes.map { $0 * 60 })
    member("SessionIdleTimeoutInMinutes", minutes)
    endObject()
  }

  mutating func status(_ status: SessionStatus) {
    beginObject()
    member("StartDateTime", Double(status.started) / 1000)
    member("LastModifiedDateTime", Double(status.modified) / 1000)
    member("EndDateTime", status.ended.map { Double($0) / 1000 })
    member("IdleSinceDateTime", status.idleSince.map { Double($0) / 1000 })
    member("State", status.state.rawValue)
    member("StateChangeReason", status.reason)
    endObject()
  }
}
