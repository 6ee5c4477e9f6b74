import Athena
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// How long a stream is silent.
  private static let silence = Duration.seconds(15)
  /// How long a calculation's first state is waited for, while Athena throttles.
  private static let patience = Duration.seconds(30)

  /// `GET …/events`: GetCalculationExecutionStatus, again and again.
  func getEvents(
    _ sessionID: String, _ calculationID: String, _ request: Request, _ context: RequestContext
  ) async throws -> Response {
    _ = try Query(request.query)
    let last = request.fields[.lastEventID].flatMap(EventID.init)
    let hasAll = last?.isTerminal ?? false
    guard request.method != .head, !hasAll else {
      try await prove(calculationID, of: sessionID)
      // An EventSource comes back after every end of a stream, but for this answer.
      return hasAll ? Response(status: .noContent) : Self.eventStream { _ in }
    }
    let watcher = watch(calculation: calculationID)
    let wait = Wait(of: Self.patience, for: request, on: loop)
    let first = try await known(watcher, during: wait)
    try check(first, calculationID, isOf: sessionID)
    return Self.eventStream { [self] writer in
      var events = EventStream(to: writer, after: last?.number ?? 0)
      do {
        try await send(first, to: &events, watcher, request, context)
      } catch let error as AthenaError {
        try await events.problem(context.answer(Problem(error)))
      } catch let problem as Problem {
        try await events.problem(context.answer(problem))
      }
    }
  }

  /// Sends a state and those that come after it until the last one, or until a drain: then the caller comes
  /// back, to another gateway.
  private func send(
    _ first: CalculationExecution, to events: inout EventStream,
    _ watcher: Watcher<CalculationExecution>, _ request: Request, _ context: RequestContext
  ) async throws {
    try await events.begin()
    var next: CalculationExecution? = first
    while let calculation = next {
      try await events.state(calculation)
      if calculation.isTerminal { return try await events.end(calculation) }
      next = try await change(of: calculation, watcher, events, request, context)
    }
  }

  /// Waits for the next state, and lets nobody take the stream for dead meanwhile; nil for a drain.
  private func change(
    of known: CalculationExecution, _ watcher: Watcher<CalculationExecution>,
    _ events: EventStream, _ request: Request, _ context: RequestContext
  ) async throws -> CalculationExecution? {
    while true {
      let wait = Wait(of: Self.silence, for: request, on: loop)
      let next = try await watcher.state(during: wait, where: { $0.isNews(after: known) })
      guard next != nil || wait.end == .timeout else { return nil }
      try await judgeAgain(request, context)
      if let next { return next }
      try await events.stayAlive()
    }
  }

  private static func eventStream(
    _ write: @escaping (any ContentWriter) async throws -> Void
  ) -> Response {
    Response(
      status: .ok,
      fields: [.contentType: "text/event-stream", .xAccelBuffering: "no"],
      content: .stream(length: nil, write: write))
  }
}

extension CalculationExecution {
  /// Whether an event is to tell of it.
  fileprivate func isNews(after known: CalculationExecution) -> Bool {
    status != known.status || statistics.progress != known.statistics.progress
  }
}

extension HTTPField.Name {
  fileprivate static let lastEventID = Self("Last-Event-ID")!
  /// nginx, and what has learned from it, holds no event back for this.
  fileprivate static let xAccelBuffering = Self("X-Accel-Buffering")!
}
