import EventLoop
import HTTPMessage

/// One request under way and what has come of it: told by its connection, awaited by one task.
final class Transfer {
  /// Who takes the answer: somebody who wants it whole, or a reader of a stream.
  enum Kind {
    case whole, stream
  }

  /// What the transfers are counted by: none of one purpose has those of another refused.
  enum Purpose: Int, CaseIterable {
    case whole, stream, prerequisite
  }

  /// What the task waits for.
  enum Milestone {
    case head, content, end
  }

  let request: ClientRequest
  let purpose: Purpose
  /// When the whole answer must be there, or, of a stream, its head.
  let deadline: Instant
  private let kind: Kind
  private let streamBuffer: Int
  private let stallLimit: Duration
  private var head: AnswerHead
  /// What is to come of the content; nil before the head is complete.
  private var rest: AnswerContent?
  private var content: [UInt8] = []
  /// What it goes over while it is under way.
  private var connection: Connection?
  private var result: Result<Void, HTTPClientError>?
  private var waiter: (milestone: Milestone, continuation: CheckedContinuation<Void, Never>)?

  init(
    _ request: ClientRequest, as kind: Kind, by deadline: Instant,
    configuration: HTTPClient.Configuration
  ) {
    self.request = request
    self.kind = kind
    self.deadline = deadline
    purpose =
      switch kind {
      case _ where request.isPrerequisite: .prerequisite
      case .whole: .whole
      case .stream: .stream
      }
    streamBuffer = configuration.streamBuffer
    stallLimit = configuration.stallLimit
    head = AnswerHead(limit: request.headerLimit, isOfHead: request.method == .head)
  }

  // MARK: The connection's side

  func begin(on connection: Connection) {
    self.connection = connection
    connection.serve(self)
  }

  func end(_ error: HTTPClientError?) {
    connection = nil
    result = error.map { .failure($0) } ?? .success(())
    advance()
  }

  /// The bytes that may be received now: a stream holds only so many for its reader. Less than half of them is
  /// none, since a system call for a few bytes costs what one for many does.
  var room: Int {
    guard kind == .stream else { return .max }
    let room = streamBuffer - content.count
    return room > streamBuffer / 2 ? room : 0
  }

  /// Takes what belongs to the answer, and returns how many bytes that was.
  func receive(_ bytes: Span<UInt8>) throws(HTTPClientError) -> Int {
    var count = 0
    if rest == nil {
      count = try head.read(bytes)
      guard head.status != nil else { return count }
      // A stream's reader counts for himself.
      let limit = kind == .whole ? request.answerLimit : .max
      rest = try AnswerContent(head.framing.content, limit: limit)
    }
    return try count + (rest?.read(bytes.extracting(count...), into: &content) ?? 0)
  }

  /// Whether the answer is whole.
  var isComplete: Bool { rest?.isComplete ?? false }

  /// Whether the end of the connection is the end of the answer.
  var endsWithConnection: Bool { rest?.endsWithConnection ?? false }

  /// Whether another request may go over the same connection after the answer.
  var allowsReuse: Bool { head.framing.persists && isComplete }

  /// How long it may be silent, once it is a stream.
  var silenceLimit: Duration? { kind == .stream && rest != nil ? stallLimit : nil }

  /// What it is that there is no answer in time.
  var lateness: HTTPClientError {
    .timeout(silenceLimit == nil ? "no answer in time" : "the stream has stalled")
  }

  /// What it is that the connection has ended too early.
  var cut: HTTPClientError {
    .cutShort("the connection ended within the \(rest == nil ? "head" : "content")")
  }

  /// Wakes the task when what it waits for is there.
  func advance() {
    guard let waiter, has(waiter.milestone) else { return }
    self.waiter = nil
    waiter.continuation.resume()
  }

  // MARK: The task's side

  /// Ends the transfer before its time; nothing when it has ended already.
  func abort(_ error: HTTPClientError) {
    connection?.fail(error)
  }

  /// Ends the transfer, and drops what was not read.
  func discard() {
    abort(.closed)
    content = []
    result = .failure(.closed)
  }

  /// Waits for a milestone, or the end. The cancellation of the task, which is the loop's, ends the
  /// transfer: nobody wants its answer any more.
  func reach(_ milestone: Milestone) async {
    guard !has(milestone) else { return }
    // Tasks of the loop are cancelled on the loop, where alone the transfer is touched.
    nonisolated(unsafe) let transfer = self
    await withTaskCancellationHandler {
      // A task that was cancelled before has ended it by now.
      guard !has(milestone) else { return }
      precondition(waiter == nil, "two tasks wait for one transfer")
      await withCheckedContinuation { waiter = (milestone, $0) }
    } onCancel: {
      transfer.abort(.closed)
    }
  }

  private func has(_ milestone: Milestone) -> Bool {
    if result != nil { return true }
    return switch milestone {
    case .head: rest != nil
    case .content: !content.isEmpty
    case .end: false
    }
  }

  func takeHead() throws(HTTPClientError) -> (status: Int, fields: FieldSection) {
    guard let status = head.status else {
      try result?.get()
      throw cut
    }
    // Only a proxy asks for this (RFC 9110 §15.5.8), and whoever sent the request can't answer it.
    guard status != 407 else {
      throw .proxy("a proxy answered 407: \(HTTPClientError.credentialsAdvice)")
    }
    return (status, head.fields)
  }

  func takeWhole() throws(HTTPClientError) -> ClientResponse {
    try result?.get()
    let (status, fields) = try takeHead()
    return ClientResponse(status: status, fields: fields, body: content)
  }

  func takeContent() throws(HTTPClientError) -> [UInt8]? {
    guard content.isEmpty else {
      var taken: [UInt8] = []
      swap(&taken, &content)
      connection?.resume()
      return taken
    }
    try result?.get()
    return nil
  }
}
