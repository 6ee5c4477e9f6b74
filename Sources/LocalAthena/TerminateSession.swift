import JSON

extension Operation {
  /// Ends a session, with what runs in it; on one that has ended it succeeds without effect.
  static let terminateSession = Operation(name: "TerminateSession") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("SessionId", length: 1...256)
    try input.check()
    let session = try account.session(id)
    session.terminate()
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("State", session.status.state.rawValue)
    writer.endObject()
    return writer.bytes
  }
}
