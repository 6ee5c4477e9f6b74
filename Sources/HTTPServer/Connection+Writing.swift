import EventLoop
import HTTPMessage

extension Connection {
  /// Why the bytes of an answer did not reach the peer.
  enum SendError: Error {
    case closed
  }

  /// Goes on with what waited for room in the kernel.
  func write() {
    if case .ending = phase {
      linger()
    } else if !outbox.isEmpty {
      flush()
    }
  }

  /// Sends a head with its content in one write.
  func send(
    _ response: borrowing Response, _ framing: ResponseEncoder.Framing, closes: Bool,
    content: [UInt8]
  ) async throws(SendError) {
    try prepareOutbox()
    server.encoder.head(response, framing: framing, closes: closes, into: &outbox.bytes)
    outbox.bytes.append(contentsOf: content)
    try await untilSent()
  }

  /// Sends bytes as they are, without a copy, and waits until the kernel has taken them.
  func send(_ bytes: [UInt8]) async throws(SendError) {
    if case .closed = phase { throw .closed }
    (outbox.bytes, outbox.isLent) = (bytes, false)
    try await untilSent()
  }

  /// Sends what `encode` appends, and waits until the kernel has taken it.
  func send(_ encode: (inout [UInt8]) -> Void) async throws(SendError) {
    try prepareOutbox()
    encode(&outbox.bytes)
    try await untilSent()
  }

  /// The server may be gone too, once the connection is closed.
  private func prepareOutbox() throws(SendError) {
    if case .closed = phase { throw .closed }
    guard outbox.isEmpty else { return }
    server.takeOutput(&outbox.bytes)
    outbox.isLent = true
  }

  private func untilSent() async throws(SendError) {
    flush()
    if !outbox.isEmpty {
      beginWait()
      await withUnsafeContinuation { outbox.wait($0) }
    }
    if case .closed = phase { throw .closed }
  }

  private func beginWait() {
    let now = server.loop.now
    if answerPace == nil {
      answerPace = AnswerPace(stall: limits.writeStall, rate: limits.rate, now: now)
    }
    answerPace?.beginWait(now: now)
    armForAnswer()
  }

  private func armForAnswer() {
    guard let answerPace else { return }
    arm(at: answerPace.limit)
  }

  func flush() {
    let (outcome, count) = outbox.flush { socket?.send($0) ?? .ended }
    if outcome != .ended { answerPace?.take(count, now: server.loop.now) }
    switch outcome {
    case .sent:
      if outbox.isLent { server.giveBackOutput(&outbox.bytes) }
      outbox.bytes = []
      if outbox.isAwaited {
        answerPace?.endWait(now: server.loop.now)
        disarm()
      }
      outbox.resume()
    case .blocked: if count > 0, outbox.isAwaited { armForAnswer() }
    case .ended: close()
    }
  }
}
