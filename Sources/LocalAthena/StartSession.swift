import JSON

extension Operation {
  /// Starts a session, and its interpreter.
  ///
  /// SessionAlreadyExistsException is never the answer: when AWS gives it is not documented, and no caller names a
  /// session. Any name that is valid is a workgroup's.
  static let startSession = Operation(name: "StartSession") {
    (input, account) throws(ServiceError) in
    let request = try SessionRequest(&input)
    let parameters = input.taken
    let token = try input.string("ClientRequestToken", length: 32...128)
    try input.check()
    try request.checkNotebook()

    let fingerprint = fingerprint([json(parameters)])
    if let token, let known = try account.sessionTokens.started(by: token, with: fingerprint) {
      return output(known)
    }
    let session = try account.startSession(request)
    if let token { account.sessionTokens.remember(token, fingerprint, session) }
    session.open()
    return output(session)
  }

  private static func json(_ object: JSONObject) -> String {
    var writer = JSONWriter()
    writer.value(.object(object))
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func output(_ session: Session) -> [UInt8] {
    var writer = JSONWriter(reserving: 128)
    writer.beginObject()
    writer.member("SessionId", session.id)
    writer.member("State", session.status.state.rawValue)
    writer.endObject()
    return writer.bytes
  }
}

extension SessionRequest {
  /// Athena's default idle timeout.
  private static let idleMinutes = 20

  fileprivate init(_ input: inout Input) throws(ServiceError) {
    workGroup = try input.requiredString("WorkGroup", pattern: .workGroup)
    description = try input.string("Description", length: 1...1024)
    engineConfiguration =
      try input.structure("EngineConfiguration") { (input) throws(ServiceError) in
        try input.takeEngineConfiguration()
        return input.taken
      } ?? input.missing("EngineConfiguration", JSONObject())
    monitoringConfiguration =
      try input.structure("MonitoringConfiguration") { (input) throws(ServiceError) in
        try input.takeMonitoringConfiguration()
        return input.taken
      }
    notebookVersion = try input.string("NotebookVersion", length: 1...128)
    executionRole = try input.string("ExecutionRole", length: 20...2048, pattern: .roleARN)
    idleMinutes =
      try input.integer("SessionIdleTimeoutInMinutes", in: 1...480) ?? Self.idleMinutes
    try input.structures("Tags") { (input) throws(ServiceError) in
      _ = try input.string("Key", length: 1...128)
      _ = try input.string("Value", length: 0...256)
    }
    _ = try input.boolean("CopyWorkGroupTags")
  }

  /// In AWS's own words.
  fileprivate func checkNotebook() throws(ServiceError) {
    guard
      notebookVersion != nil
        || engineConfiguration["AdditionalConfigs"]?.asObject?["NotebookId"] == nil
    else { throw .invalidRequest("NotebookVersion is required when NotebookId is provided") }
  }
}

extension Input {
  fileprivate mutating func takeEngineConfiguration() throws(ServiceError) {
    _ = try integer("CoordinatorDpuSize", in: 1...1)
    _ = try integer("MaxConcurrentDpus", in: 2...5000)
    _ = try integer("DefaultExecutorDpuSize", in: 1...1)
    try parameters("AdditionalConfigs")
    try parameters("SparkProperties")
    try structures("Classifications") { (input) throws(ServiceError) in
      _ = try input.string("Name", length: 1...128)
      try input.parameters("Properties")
    }
  }

  private mutating func parameters(_ name: String) throws(ServiceError) {
    try map(name, keys: TextRule(1...255, .key), values: TextRule(0...51_200))
  }

  fileprivate mutating func takeMonitoringConfiguration() throws(ServiceError) {
    _ = try structure("CloudWatchLoggingConfiguration") { (input) throws(ServiceError) in
      _ = try input.requiredBoolean("Enabled")
      _ = try input.string("LogGroup", length: 1...512, pattern: .logGroup)
      _ = try input.string("LogStreamNamePrefix", length: 1...512, pattern: .logStreamPrefix)
      try input.mapOfLists("LogTypes")
    }
    _ = try structure("ManagedLoggingConfiguration") { (input) throws(ServiceError) in
      _ = try input.requiredBoolean("Enabled")
      _ = try input.string("KmsKey", length: 1...2048, pattern: .kmsKey)
    }
    _ = try structure("S3LoggingConfiguration") { (input) throws(ServiceError) in
      _ = try input.requiredBoolean("Enabled")
      _ = try input.string("KmsKey", length: 1...2048, pattern: .kmsKey)
      _ = try input.string("LogLocation", length: 0...1024, pattern: .s3Location)
    }
  }
}
