import EventLoop
import Glibc
import HTTPClient
import TestLoops

typealias Outcome = Result<ClientResponse, HTTPClientError>

/// Runs `body` as a task on a loop of its own, with a client that is closed at its end.
func withClient<Value: Sendable>(
  _ configuration: HTTPClient.Configuration = .init(userAgent: "test"),
  _ body: @escaping @Sendable (HTTPClient, EventLoop) async throws -> Value
) async throws -> Value {
  try await onLoop { loop in
    let client = HTTPClient(on: loop, configuration: configuration)
    defer { client.close() }
    return try await body(client, loop)
  }
}

/// Sends one request with a client of its own.
func outcome(
  of request: ClientRequest, _ configuration: HTTPClient.Configuration = .init(userAgent: "test")
) async throws -> Outcome {
  try await withClient(configuration) { client, _ in await client.outcome(of: request) }
}

extension HTTPClient {
  func outcome(of request: ClientRequest) async -> Outcome {
    do { return .success(try await send(request)) } catch { return .failure(error) }
  }
}

extension EventLoop {
  /// Runs so many tasks on this loop at once and returns what they return, in their order.
  func concurrently<Value>(_ count: Int, _ body: @escaping (Int) async -> Value) async -> [Value] {
    let gathering = Gathering<Value>(count)
    await withCheckedContinuation { done in
      gathering.done = done
      for index in 0..<count {
        spawn {
          gathering.values[index] = await body(index)
          gathering.missing -= 1
          if gathering.missing == 0 { gathering.done?.resume() }
        }
      }
    }
    return gathering.values.compactMap { $0 }
  }
}

private final class Gathering<Value> {
  var values: [Value?]
  var missing: Int
  var done: CheckedContinuation<Void, Never>?

  init(_ count: Int) {
    values = Array(repeating: nil, count: count)
    missing = count
  }
}

extension Result where Success == ClientResponse, Failure == HTTPClientError {
  var error: HTTPClientError? {
    guard case .failure(let error) = self else { return nil }
    return error
  }

  var text: String? { (try? get()).map { String(decoding: $0.body, as: UTF8.self) } }
}

/// One value that a test waits for.
struct Signal<Value: Sendable>: Sendable {
  private let values: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() { (values, continuation) = AsyncStream.makeStream() }

  func fire(_ value: Value) { continuation.yield(value) }

  /// nil where it has not come after a while: a test that waits for ever tells nothing.
  func wait() async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { [values] in
        var iterator = values.makeAsyncIterator()
        return await iterator.next()
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(30))
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}

/// What the calling thread has taken of the processors.
func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
