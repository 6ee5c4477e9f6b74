import JSON

extension Operation {
  /// The code block of a calculation, as it was submitted.
  static let getCalculationExecutionCode = Operation(name: "GetCalculationExecutionCode") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("CalculationExecutionId", length: 1...36)
    try input.check()
    let code = try account.calculation(id).code
    var writer = JSONWriter(reserving: code.utf8.count + 64)
    writer.beginObject()
    writer.member("CodeBlock", code)
    writer.endObject()
    return writer.bytes
  }
}
