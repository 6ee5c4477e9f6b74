import JSON

extension Operation {
  /// A calculation, as far as it has come.
  static let getCalculationExecution = Operation(name: "GetCalculationExecution") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("CalculationExecutionId", length: 1...36)
    try input.check()
    return output(try account.calculation(id))
  }

  private static func output(_ calculation: Calculation) -> [UInt8] {
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    writer.member("CalculationExecutionId", calculation.id)
    writer.member("SessionId", calculation.sessionID)
    writer.member("Description", calculation.description)
    writer.member("WorkingDirectory", calculation.outputs.workingDirectory)
    writer.name("Status")
    writer.status(of: calculation)
    writer.name("Statistics")
    writer.statistics(of: calculation)
    if calculation.finishedOutputs != nil {
      writer.name("Result")
      writer.result(of: calculation)
    }
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  mutating func status(of calculation: Calculation) {
    beginObject()
    member("SubmissionDateTime", Double(calculation.submitted) / 1000)
    member("CompletionDateTime", calculation.completed.map { Double($0) / 1000 })
    member("State", calculation.state.rawValue)
    member("StateChangeReason", calculation.reason)
    endObject()
  }

  mutating func statistics(of calculation: Calculation) {
    beginObject()
    member("DpuExecutionInMillis", calculation.milliseconds)
    member("Progress", calculation.progress)
    endObject()
  }

  /// Athena's model has it "only if the calculation is completed": taken as ended, since the traceback
  /// of one that failed is in its stderr.
  fileprivate mutating func result(of calculation: Calculation) {
    let outputs = calculation.outputs
    beginObject()
    member("StdOutS3Uri", outputs.uri(of: .stdout))
    member("StdErrorS3Uri", outputs.uri(of: .stderr))
    member("ResultS3Uri", outputs.workingDirectory)
    member("ResultType", "application/vnd.aws.athena.v1+json")
    endObject()
  }
}
