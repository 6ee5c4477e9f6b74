import JSON

extension Operation {
  /// A session's state alone.
  static let getSessionStatus = Operation(name: "GetSessionStatus") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("SessionId", length: 1...256)
    try input.check()
    let session = try account.session(id)
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.member("SessionId", session.id)
    writer.name("Status")
    writer.status(session.status)
    writer.endObject()
    return writer.bytes
  }
}
