import EventLoop

/// What belongs to the documented key pair: sessions, calculations, tokens, outputs.
final class Account {
  let tokens: TokenStore
  let outputs: OutputStore
  private var sessions: [String: Session] = [:]
  private var calculations: [String: Calculation] = [:]

  init(loop: EventLoop, options: LocalAthena.Options) throws(SystemError) {
    tokens = TokenStore(capacity: options.tokens)
    outputs = try OutputStore(in: options.temporaryDirectory)
    let demo = LocalAthena.demoSession
    sessions[demo] = try Session(id: demo, account: self, loop: loop, options: options)
  }

  /// What AWS says of an unknown session is not known. That it is an InvalidRequestException is what
  /// PyAthena relies on; the words are ours.
  func session(_ id: String) throws(ServiceError) -> Session {
    guard let session = sessions[id] else {
      throw .invalidRequest("Session \(id.shortened) does not exist")
    }
    return session
  }

  /// Nor is it known of an unknown calculation: this is the exception that the model has for it.
  func calculation(_ id: String) throws(ServiceError) -> Calculation {
    guard let calculation = calculations[id] else {
      throw .notFound("Calculation \(id) does not exist", resource: id)
    }
    return calculation
  }

  /// The calculation behind an object of S3; nil unless it is of that session.
  func calculation(_ id: String, ofSession sessionID: String) -> Calculation? {
    guard let calculation = calculations[id], calculation.sessionID == sessionID else {
      return nil
    }
    return calculation
  }

  func add(_ calculation: Calculation) {
    calculations[calculation.id] = calculation
  }

  func remove(_ calculation: Calculation) {
    calculations[calculation.id] = nil
    calculation.outputs.remove()
  }

  func close() async {
    for session in sessions.values { await session.close() }
    outputs.removeAll()
  }
}
