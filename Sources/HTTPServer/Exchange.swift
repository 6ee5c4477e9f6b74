import EventLoop
import HTTPMessage
import HTTPTypes

/// One request and its answer on a connection: what the handler reads from and writes to.
final class Exchange: RequestBody, RequestWaiting, ContentWriter {
  let connection: Connection
  let isHead: Bool
  let isHTTP10: Bool
  /// Whether the request itself allows another one to follow.
  private let persists: Bool

  /// When the head was whole.
  let begun: Instant

  private var expectsContinue: Bool
  private var body: BodyReader
  private let budget: ContentBudget
  /// What of the budget is the content's.
  private var charged = 0
  private var failure: Refusal?
  private var reader: UnsafeContinuation<Void, Never>?
  private let freeBody: Int
  private var work: TaskPool.Work?
  /// The request, while its handler is at work.
  private(set) var request: Request?
  /// Whether the handler has been told that its time is over.
  private(set) var isCancelled = false
  /// Whether an answer, the handler's or the server's own, is on its way.
  private(set) var isAnswering = false
  /// What the request's deadline is put off by.
  private(set) var waitingTime = Duration.zero
  private var mindsEndOfInput = false
  private var onInterruption: ((WaitInterruption) -> Void)?
  /// Of the answer; its length is what remains to be written.
  private var framing = ResponseEncoder.Framing.none
  /// The bytes of the request's content that have come.
  private var received = 0
  /// The bytes of the answer's content that were sent.
  private var sent = 0

  /// - Parameters:
  ///   - body: The content, or why none of it will be read.
  init(
    _ head: borrowing RequestHead, body: Result<BodyReader, Refusal>, connection: Connection,
    server: HTTPServer
  ) {
    self.connection = connection
    begun = server.loop.now
    budget = server.contentBudget
    freeBody = server.limits.freeBody
    switch body {
    case .success(let body): self.body = body
    case .failure(let refusal): (self.body, failure) = (.empty, refusal)
    }
    isHead = head.method == .head
    isHTTP10 = head.isHTTP10
    persists = head.persists && head.expectation != .unknown
    expectsContinue = head.expectation == .continue
  }

  /// An exchange of nothing but a refusal, after which the connection ends.
  init(refusingOn connection: Connection, server: HTTPServer) {
    self.connection = connection
    begun = server.loop.now
    budget = server.contentBudget
    freeBody = 0
    body = .empty
    isHead = false
    isHTTP10 = false
    persists = false
    expectsContinue = false
  }

  deinit { budget.giveBack(charged) }

  // MARK: The handler

  func begin(_ request: Request, _ work: TaskPool.Work) {
    (self.request, self.work) = (request, work)
  }

  /// Tells the handler that its time is over: what it waits for, upstream too, can end.
  func cancel() {
    isCancelled = true
    work?.cancel()
  }

  /// Nobody waits for the answer any more.
  func abandon() {
    fail(.disconnected)
    onInterruption = nil
    cancel()
  }

  /// The rule that what came of the content with the head has broken already.
  var brokenRule: Refusal? {
    if case .malformed = failure { failure } else { nil }
  }

  // MARK: The handler's wait

  func wait(
    atMost duration: Duration, mindingEndOfInput minding: Bool,
    onInterruption: @escaping (WaitInterruption) -> Void
  ) {
    // Cancelled, it has been told already; and the server may be gone.
    guard !isCancelled else { return }
    (waitingTime, mindsEndOfInput, self.onInterruption) = (duration, minding, onInterruption)
    connection.waitingTimeDidChange(of: self)
    if connection.server.isDraining { interruptWait(.drain) }
    if connection.isInputEnded { inputDidEnd() }
  }

  func interruptWait(_ interruption: WaitInterruption) {
    let tell = onInterruption
    onInterruption = nil
    tell?(interruption)
  }

  /// The peer has closed its sending half.
  func inputDidEnd() {
    if mindsEndOfInput { interruptWait(.callerLeft) }
  }

  // MARK: The request's content

  /// Whether the handler waits for content.
  var isReading: Bool { reader != nil }

  /// Whether the next byte on the connection belongs to another request.
  var hasWholeBody: Bool { failure == nil && body.isComplete }

  /// Takes what belongs to the content, and returns how many bytes that was.
  func consume(_ bytes: Span<UInt8>) -> Int {
    guard failure == nil, !body.isComplete else { return 0 }
    do throws(Refusal) {
      let before = body.content.count
      let count = try body.consume(bytes)
      received += body.content.count - before
      try charge()
      // The peer has not waited for a 100, so it needs none (RFC 9110 §10.1.1).
      if count > 0 { expectsContinue = false }
      if body.isComplete { resumeReader() }
      return count
    } catch {
      fail(error)
      return 0
    }
  }

  /// How much of the content has come.
  var receivedCount: Int { body.content.count }

  /// How many bytes the content still has; nil where only they will tell.
  var wantedCount: Int? { body.remainingCount }

  private func charge() throws(Refusal) {
    let grown = max(0, body.content.count - freeBody) - charged
    guard budget.take(grown) else { throw .overloaded(.contents) }
    charged += grown
  }

  /// Ends the content before it is whole.
  func fail(_ refusal: Refusal) {
    if failure == nil { failure = refusal }
    resumeReader()
  }

  func collect(upTo limit: Int) async throws(Refusal) -> [UInt8] {
    if failure == nil, !body.isComplete { await rest() }
    if let failure { throw failure }
    guard body.content.count <= limit else { throw .contentTooLarge(limit: limit) }
    return body.takeContent()
  }

  private func rest() async {
    await withUnsafeContinuation { continuation in
      reader = continuation
      connection.readBody(of: self, sendsContinue: expectsContinue)
    }
  }

  private func resumeReader() {
    guard let reader else { return }
    self.reader = nil
    connection.stopReadingBody(of: self)
    reader.resume()
  }

  // MARK: The answer

  /// Sends the answer and leaves the connection to the next request, or ends it.
  func respond(_ response: Response) async {
    guard !isAnswering else { return }
    // It may know the request, which knows this.
    defer { onInterruption = nil }
    isAnswering = true
    request = nil
    connection.beginAnswer()
    framing = framing(of: response)
    // What is left of the request's content would have to be read and thrown away first.
    let closes = !persists || !hasWholeBody || framing == .close || connection.isSpent
    let timeToHead = Instant.now - begun
    var outcome = connection.isClosed ? Delivery.Outcome.unsent : .cut
    do {
      try await send(response, closes: closes)
      outcome = .complete
      connection.finish(closes: closes)
    } catch {
      connection.close()
    }
    response.observer?.didDeliver(
      Delivery(
        status: response.status, outcome: outcome, received: received, sent: sent,
        timeToHead: timeToHead, time: Instant.now - begun))
  }

  private func send(_ response: Response, closes: Bool) async throws {
    switch response.content {
    case .none: try await connection.send(response, framing, closes: closes, content: [])
    case .bytes(let bytes):
      let content = hasContent(response) ? bytes : []
      try await counting(content.count) {
        try await connection.send(response, framing, closes: closes, content: content)
      }
    case .stream(_, let write):
      try await connection.send(response, framing, closes: closes, content: [])
      if hasContent(response) { try await stream(write) }
    }
  }

  private func stream(_ write: (any ContentWriter) async throws -> Void) async throws {
    try await write(self)
    if case .length(let missing) = framing, missing > 0 { throw LengthMismatch() }
    try await connection.send { ResponseEncoder.end(framing: framing, into: &$0) }
    // Nothing more may follow, from a writer that was kept either.
    framing = .length(0)
  }

  func write(_ bytes: [UInt8]) async throws {
    if case .length(let remaining) = framing {
      guard bytes.count <= remaining else { throw LengthMismatch() }
      framing = .length(remaining - bytes.count)
    }
    // A chunk of no bytes would be the end of the content.
    guard !bytes.isEmpty else { return }
    if framing == .chunked {
      try await connection.send { ResponseEncoder.chunk(bytes, into: &$0) }
      sent += bytes.count
    } else {
      try await counting(bytes.count) { try await connection.send(bytes) }
    }
  }

  /// Counts what ends with so many bytes of the content: of what is cut, as many as the kernel has taken.
  private func counting(_ count: Int, _ send: () async throws -> Void) async throws {
    let isOpen = !connection.isClosed
    do {
      try await send()
      sent += count
    } catch {
      if isOpen { sent += max(0, count - connection.lost) }
      throw error
    }
  }

  /// Streamed content that is not as long as its response declared: the peer would read the rest of it
  /// from the next answer.
  struct LengthMismatch: Error {}

  /// RFC 9110 §6.4.1: no content in the answer to HEAD, nor in a 204 or 304.
  private func hasContent(_ response: borrowing Response) -> Bool {
    !isHead && response.status != .noContent && response.status != .notModified
  }

  private func framing(of response: borrowing Response) -> ResponseEncoder.Framing {
    guard response.status != .noContent, response.status != .notModified else { return .none }
    return switch response.content {
    case .none: .length(0)
    case .bytes(let bytes): .length(bytes.count)
    case .stream(let length?, _): .length(length)
    case .stream(nil, _): isHead ? .none : isHTTP10 ? .close : .chunked
    }
  }
}
