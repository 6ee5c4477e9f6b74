public import EventLoop

/// What `body` returns, which runs on a loop of its own.
public func onLoop<Value: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
  let thread = try LoopThread(name: "test")
  defer { thread.stopAndJoin() }
  let loop = thread.loop
  return try await Task(executorPreference: loop) { try await body(loop) }.value
}
