import JSON

/// StartCalculationExecution: submits a code block to a session.
public struct StartCalculationExecution: Sendable, Equatable {
  public var sessionID: String
  /// 1 to 68,000 characters.
  public var codeBlock: String
  /// 1 to 1,024 characters.
  public var description: String?
  /// 32 to 128 characters. Optional to Athena; ours to give, always: without one a repeated call runs
  /// the code twice.
  public var clientRequestToken: String

  public init(
    sessionID: String, codeBlock: String, description: String? = nil, clientRequestToken: String
  ) {
    self.sessionID = sessionID
    self.codeBlock = codeBlock
    self.description = description
    self.clientRequestToken = clientRequestToken
  }

  /// The body of the call. The deprecated CalculationConfiguration is never sent.
  var json: [UInt8] {
    var writer = JSONWriter(reserving: codeBlock.utf8.count + codeBlock.utf8.count / 8 + 512)
    writer.beginObject()
    writer.member("SessionId", sessionID)
    writer.member("CodeBlock", codeBlock)
    writer.member("Description", description)
    writer.member("ClientRequestToken", clientRequestToken)
    writer.endObject()
    return writer.bytes
  }

  /// The calculation that was submitted.
  public struct Output: Sendable, Equatable {
    /// 1 to 36 characters.
    public var calculationExecutionID: String
    public var state: CalculationState
  }
}

extension AthenaClient {
  public func startCalculationExecution(
    _ input: StartCalculationExecution
  ) async throws(AthenaError) -> StartCalculationExecution.Output {
    try await call("StartCalculationExecution", input.json) { reader in
      guard let id = reader.string("CalculationExecutionId"), !id.isEmpty,
        let state = reader.string("State")
      else { return nil }
      return .init(calculationExecutionID: id, state: CalculationState(rawValue: state))
    }
  }
}
