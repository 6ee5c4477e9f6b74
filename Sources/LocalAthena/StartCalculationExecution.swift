import JSON

extension Operation {
  /// Runs a code block in a session.
  ///
  /// Tokens come first: a call that is repeated with its token while its own calculation keeps the
  /// session busy must get that calculation's id. A call without a token is taken, as boto3 sends it.
  static let startCalculationExecution = Operation(name: "StartCalculationExecution") {
    (input, account) throws(ServiceError) in
    let sessionID = try input.requiredString("SessionId", length: 1...256)
    let description = try input.string("Description", length: 1...1024)
    let token = try input.string("ClientRequestToken", length: 32...128)
    let topLevel = try input.string("CodeBlock", length: 0...68_000)
    let nested = try input.structure("CalculationConfiguration") { (input) throws(ServiceError) in
      try input.string("CodeBlock", length: 0...68_000)
    }
    try input.check()
    let code = try theOne(topLevel, nested ?? nil)

    let parameters = fingerprint([sessionID, description, code])
    if let token, let known = try account.calculationTokens.started(by: token, with: parameters) {
      return output(known)
    }
    let session = try account.session(sessionID)
    let calculation = try session.submit(code, description: description)
    if let token { account.calculationTokens.remember(token, parameters, calculation) }
    defer { session.launch(calculation) }
    return output(calculation)
  }

  /// The API Reference: "use the CodeBlock field of StartCalculationExecutionRequest rather than"
  /// the deprecated structure's. That both are given is wrong in every case.
  private static func theOne(
    _ topLevel: String?, _ nested: String?
  ) throws(ServiceError) -> String {
    switch (topLevel, nested) {
    case (let code?, nil), (nil, let code?): return code
    case (_?, _?):
      throw .invalidRequest(
        "CodeBlock and CalculationConfiguration.CodeBlock can not both be given")
    case (nil, nil): throw .invalidRequest("CodeBlock must be given")
    }
  }

  private static func output(_ calculation: Calculation) -> [UInt8] {
    var writer = JSONWriter(reserving: 128)
    writer.beginObject()
    writer.member("CalculationExecutionId", calculation.id)
    writer.member("State", calculation.state.rawValue)
    writer.endObject()
    return writer.bytes
  }
}
