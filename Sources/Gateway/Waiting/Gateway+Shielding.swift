import EventLoop

extension Gateway {
  /// Runs `body` to its end even where the caller's comes first, which ends the wait and no more: what is
  /// started for a caller who has left is still to be stopped.
  func shielded<Value>(
    _ wait: Wait, _ body: @escaping () async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    let wait = LoopBound(wait, to: loop)
    var result: Result<Value, Problem>?
    let task = loop.spawn {
      do throws(Problem) {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
    }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      wait.value.finish(.callerLeft)
    }
    guard let result else { throw Problem(.internalError, "the gateway failed to answer") }
    return try result.get()
  }
}
