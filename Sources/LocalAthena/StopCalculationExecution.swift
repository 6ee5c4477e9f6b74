import JSON

extension Operation {
  /// Has a calculation interrupted; on one that has ended it succeeds without effect.
  static let stopCalculationExecution = Operation(name: "StopCalculationExecution") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("CalculationExecutionId", length: 1...36)
    try input.check()
    let calculation = try account.calculation(id)
    try account.session(calculation.sessionID).stop(calculation)
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("State", calculation.state.rawValue)
    writer.endObject()
    return writer.bytes
  }
}
