import JSON

extension Operation {
  /// The executors of a session, those in a state where one is asked for.
  static let listExecutors = Operation(name: "ListExecutors") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("SessionId", length: 1...256)
    let state = try input.enumeration("ExecutorStateFilter", Executor.State.self)
    let paging = try Paging(&input)
    try input.check()
    let executors = try account.session(id).executors.filter { state == nil || $0.state == state }
    let page = try paging.page(
      of: executors, numberedBy: \.number, list: ["ListExecutors", id, state?.rawValue])
    return output(id, page.elements, page.nextToken)
  }

  private static func output(
    _ sessionID: String, _ executors: [Executor], _ nextToken: String?
  ) -> [UInt8] {
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.member("SessionId", sessionID)
    writer.member("NextToken", nextToken)
    writer.name("ExecutorsSummary")
    writer.beginArray()
    for executor in executors { writer.summary(of: executor) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  /// The model has integers for these times, where it has seconds with a fraction for all others; it doesn't say
  /// of what. Milliseconds, which an integer suggests.
  fileprivate mutating func summary(of executor: Executor) {
    beginObject()
    member("ExecutorId", executor.id)
    member("ExecutorType", executor.kind.rawValue)
    member("StartDateTime", executor.started)
    member("TerminationDateTime", executor.ended)
    member("ExecutorState", executor.state.rawValue)
    member("ExecutorSize", 1)
    endObject()
  }
}
