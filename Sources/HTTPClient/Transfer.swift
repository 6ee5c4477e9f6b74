import CCurl
import HTTPMessage

/// One request under way and what has come of it: told by the callbacks, awaited by one task.
final class Transfer {
  /// Who takes the answer: somebody who wants it whole, or a reader of a stream.
  enum Kind {
    case whole, stream
  }

  /// What the transfers are counted by: none of one purpose has those of another refused.
  enum Purpose {
    case whole, stream, prerequisite
  }

  /// What the task waits for.
  enum Milestone {
    case head, content, end
  }

  /// The bytes that the request allows.
  struct Limits {
    let answer: Int
    let header: Int
  }

  /// What is there only while the transfer is under way.
  private struct Course {
    let multi: MultiHandle
    let easy: EasyHandle
  }

  let kind: Kind
  let purpose: Purpose
  private let limits: Limits
  private let streamBuffer: Int
  private var head: AnswerHead
  private var content: [UInt8] = []
  private var course: Course?
  private var result: Result<Void, HTTPClientError>?
  /// Why a callback has refused to go on; libcurl only says that it has.
  private var refusal: HTTPClientError?
  private var waiter: (milestone: Milestone, continuation: CheckedContinuation<Void, Never>)?
  private var isPaused = false

  init(_ request: ClientRequest, as kind: Kind, streamBuffer: Int) {
    self.kind = kind
    purpose =
      switch kind {
      case _ where request.isPrerequisite: .prerequisite
      case .whole: .whole
      case .stream: .stream
      }
    self.streamBuffer = streamBuffer
    limits = Limits(answer: request.answerLimit, header: request.headerLimit)
    head = AnswerHead(limit: request.headerLimit)
  }

  // MARK: The course

  func begin(on easy: EasyHandle, of multi: MultiHandle) {
    course = Course(multi: multi, easy: easy)
  }

  /// The end that libcurl reports.
  func end(_ code: CURLcode, on easy: EasyHandle) {
    end(code == CURLE_OK ? nil : refusal ?? easy.error(code, limits: limits))
  }

  func end(_ error: HTTPClientError?) {
    course = nil
    result = error.map { .failure($0) } ?? .success(())
    advance()
  }

  /// Ends the transfer before its time; nothing when it has ended already.
  func abort(_ error: HTTPClientError) {
    guard let course else { return }
    course.multi.abort(course.easy, error)
  }

  /// Ends the transfer, and drops what was not read.
  func discard() {
    abort(.closed)
    content = []
    result = .failure(.closed)
  }

  /// The deadline of the request, of the head, or of a stream's silence.
  func deadlineHasPassed() {
    guard kind == .stream, head.status != nil else { return abort(.timeout("no answer in time")) }
    abort(.timeout("the stream has stalled"))
  }

  /// Wakes the task when what it waits for is there. A stream's silence counts from here.
  func advance() {
    if kind == .stream, head.status != nil { watchForSilence() }
    guard let waiter, has(waiter.milestone) else { return }
    self.waiter = nil
    waiter.continuation.resume()
  }

  private func watchForSilence() {
    guard let course else { return }
    if isPaused {
      course.easy.disarm()
    } else {
      course.easy.arm(after: course.multi.configuration.stallLimit)
    }
  }

  // MARK: The callbacks' side: record, and leave acting to the multi handle

  /// False to end the transfer.
  func receive(header line: UnsafeBufferPointer<UInt8>) -> Bool {
    do {
      let isCompleted = try head.append(line.span)
      if isCompleted, kind == .stream { course?.multi.noteProgress(of: self) }
      return true
    } catch {
      refusal = error
      return false
    }
  }

  enum Verdict {
    case taken, full, refused
  }

  func receive(content piece: UnsafeBufferPointer<UInt8>) -> Verdict {
    // No overflow: a piece has at most libcurl's 16 KiB.
    let total = content.count + piece.count
    switch kind {
    case .whole:
      guard total <= limits.answer else {
        refusal = .tooLarge(limit: limits.answer)
        return .refused
      }
    case .stream:
      course?.multi.noteProgress(of: self)
      guard content.isEmpty || total <= streamBuffer else {
        isPaused = true
        return .full
      }
    }
    content.append(contentsOf: piece)
    return .taken
  }

  // MARK: The task's side

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
    case .head: head.status != nil
    case .content: !content.isEmpty
    case .end: false
    }
  }

  func takeHead() throws(HTTPClientError) -> (status: Int, fields: FieldSection) {
    if let status = head.status {
      // Only a proxy asks for this (RFC 9110 §15.5.8), and whoever sent the request can't answer it.
      guard status != 407 else {
        throw .proxy("a proxy answered 407: \(HTTPClientError.credentialsAdvice)")
      }
      return (status, head.fields)
    }
    try result?.get()
    // libcurl takes a head without its end for a whole one.
    throw .cutShort("the connection ended within the head")
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
      resumeReceiving()
      return taken
    }
    try result?.get()
    return nil
  }

  /// Lets libcurl go on, which may hand over what it has held back at once.
  private func resumeReceiving() {
    guard isPaused, let course else { return }
    isPaused = false
    course.multi.resume(course.easy)
    watchForSilence()
  }
}
