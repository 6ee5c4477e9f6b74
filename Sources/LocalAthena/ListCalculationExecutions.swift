import JSON

extension Operation {
  /// The calculations of a session, those in a state where one is asked for.
  static let listCalculationExecutions = Operation(name: "ListCalculationExecutions") {
    (input, account) throws(ServiceError) in
    let id = try input.requiredString("SessionId", length: 1...256)
    let state = try input.enumeration("StateFilter", Calculation.State.self)
    let paging = try Paging(&input)
    try input.check()
    let calculations = try account.session(id).calculations.reversed().filter {
      state == nil || $0.state == state
    }
    let page = try paging.page(
      of: calculations, numberedBy: \.number,
      list: ["ListCalculationExecutions", id, state?.rawValue])
    return output(page.elements, page.nextToken)
  }

  private static func output(_ calculations: [Calculation], _ nextToken: String?) -> [UInt8] {
    var writer = JSONWriter(reserving: 1024)
    writer.beginObject()
    writer.member("NextToken", nextToken)
    writer.name("Calculations")
    writer.beginArray()
    for calculation in calculations {
      writer.beginObject()
      writer.member("CalculationExecutionId", calculation.id)
      writer.member("Description", calculation.description)
      writer.name("Status")
      writer.status(of: calculation)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
