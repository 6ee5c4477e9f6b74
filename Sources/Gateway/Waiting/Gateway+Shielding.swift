import EventLoop

extension Gateway {
  /// Runs `body`; if it is to be shielded, to its end even where the caller's comes first, which ends the wait
  /// and no more: what is started for a caller who has left is still to be stopped.
  ///
  /// - Parameter body: May tell what is to be answered where its own answer would come too late; what is
  ///   left of it goes on behind that.
  func shielded<Value>(
    _ wait: Wait, if isShielded: Bool,
    _ body: @escaping (_ tell: @escaping (Value) -> Void) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    guard isShielded else { return try await body { _ in } }
    let answer = ShieldedAnswer<Value>()
    unfinished.begin()
    loop.spawn { [unfinished] in
      do throws(Problem) {
        let value = try await body { answer.tell($0) }
        answer.finish(.success(value))
      } catch {
        answer.finish(.failure(error))
      }
      unfinished.end()
    }
    let bound = LoopBound((answer, wait), to: loop)
    await withTaskCancellationHandler {
      await answer.isThere()
    } onCancel: {
      let (answer, wait) = bound.value
      wait.finish(.callerLeft)
      answer.hurry()
    }
    return try answer.get()
  }

  /// Returns when nothing goes on any more for callers who may have left.
  public func finish() async {
    await unfinished.wait()
  }
}

/// The answer of something shielded: its result, or in a hurry what it has told before.
private final class ShieldedAnswer<Value> {
  private var told: Value?
  private var result: Result<Value, Problem>?
  private var isInHurry = false
  private var continuation: CheckedContinuation<Void, Never>?

  func tell(_ value: Value) {
    told = value
    resume()
  }

  func finish(_ result: Result<Value, Problem>) {
    self.result = result
    resume()
  }

  func hurry() {
    isInHurry = true
    resume()
  }

  /// Returns when there is one.
  func isThere() async {
    if answer == nil { await withCheckedContinuation { continuation = $0 } }
  }

  func get() throws(Problem) -> Value {
    guard let answer else { throw Problem(.internalError, "the gateway failed to answer") }
    return try answer.get()
  }

  private var answer: Result<Value, Problem>? {
    result ?? (isInHurry ? told.map { .success($0) } : nil)
  }

  private func resume() {
    guard answer != nil else { return }
    continuation?.resume()
    continuation = nil
  }
}
