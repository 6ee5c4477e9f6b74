import JSON

extension Operation {
  /// How far a calculation has come; neither its id nor its session's is in the output.
  static let getCalculationExecutionStatus = Operation(name: "GetCalculationExecutionStatus") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("CalculationExecutionId", length: 1...36)
    try input.check()
    let calculation = try account.calculation(id)
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.name("Status")
    writer.status(of: calculation)
    writer.name("Statistics")
    writer.statistics(of: calculation)
    writer.endObject()
    return writer.bytes
  }
}
