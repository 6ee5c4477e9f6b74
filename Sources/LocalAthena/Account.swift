import Cryptography
import EventLoop

/// What belongs to the documented key pair: sessions, calculations, tokens, outputs.
final class Account {
  let calculationTokens: TokenStore<Calculation>
  let sessionTokens: TokenStore<Session>
  let outputs: OutputStore
  /// From the oldest to the newest.
  private(set) var sessions: [Session] = []
  private var calculations: [String: Calculation] = [:]

  private let loop: EventLoop
  private let options: LocalAthena.Options
  private var started = 0

  init(loop: EventLoop, options: LocalAthena.Options) throws(SystemError) {
    self.loop = loop
    self.options = options
    calculationTokens = TokenStore(capacity: options.tokens)
    sessionTokens = TokenStore(capacity: options.tokens)
    outputs = try OutputStore(in: options.temporaryDirectory)
    try add(LocalAthena.demoSession, .demo, .idle)
  }

  @discardableResult
  private func add(
    _ id: String, _ request: SessionRequest, _ state: SessionStatus.State
  ) throws(SystemError) -> Session {
    started += 1
    let session = try Session(
      id: id, number: started, request, state, account: self, loop: loop, options: options)
    sessions.append(session)
    return session
  }

  // MARK: Sessions

  /// Takes a session, which ``Session/open()`` sets off.
  func startSession(_ request: SessionRequest) throws(ServiceError) -> Session {
    try makeRoom()
    do throws(SystemError) {
      return try add(randomUUID(), request, .creating)
    } catch {
      throw .internal("No place for the session: \(error)")
    }
  }

  private func makeRoom() throws(ServiceError) {
    guard sessions.count >= options.sessions else { return }
    guard let index = sessions.firstIndex(where: { $0.status.state.hasEnded }) else {
      throw .tooManyRequests(
        "There are \(sessions.count) active sessions, and there may be no more: terminate one.")
    }
    let session = sessions.remove(at: index)
    for calculation in session.calculations { remove(calculation) }
    outputs.removeDirectories(of: session.id)
  }

  /// What AWS says of an unknown session is not known. That it is an InvalidRequestException is what
  /// PyAthena relies on; the words are ours.
  func session(_ id: String) throws(ServiceError) -> Session {
    guard let session = sessions.first(where: { $0.id == id }) else {
      throw .invalidRequest("Session \(id.shortened) does not exist")
    }
    return session
  }

  // MARK: Calculations

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
    calculation.forget()
  }

  func close() async {
    // All at once: one that is stuck takes seconds.
    for session in sessions { session.terminate() }
    for session in sessions { await session.close() }
    outputs.removeAll()
  }
}
