import EventLoop
import SigV4

@testable import AWSClient

/// A source that gives what a test says, when the test lets it.
final class ScriptedSource: CredentialsSource {
  typealias Answer = Result<ResolvedCredentials?, CredentialsError>

  let name = "scripted"
  private let answer: @Sendable (Int) -> Answer
  private let state = Lock(State())

  private struct State {
    var asked = 0
    var looks = 0
    var edition = 0
    var gate: SharedOutcome<Bool>?
    var whenAsked: [CheckedContinuation<Void, Never>] = []
  }

  /// - Parameter answer: What it gives when it is asked for the first time (1) and so on.
  init(_ answer: @escaping @Sendable (Int) -> Answer) {
    self.answer = answer
  }

  /// Gives key `AKID1`, then `AKID2`, each with so many seconds to live.
  convenience init(lifetime: Int?, from clock: Clock) {
    self.init { .success(key($0, until: lifetime.map { clock.now + $0 })) }
  }

  /// How often it was asked for credentials, and how often after its files.
  var asked: Int { state.withLock { $0.asked } }
  var looks: Int { state.withLock { $0.looks } }

  func change() { state.withLock { $0.edition += 1 } }

  /// Answers nobody until ``release()``.
  func hold() { state.withLock { $0.gate = SharedOutcome() } }

  func release() {
    state.withLock { state in
      defer { state.gate = nil }
      return state.gate
    }?.set(true)
  }

  func waitUntilAsked() async {
    await withCheckedContinuation { waiter in
      let isAsked = state.withLock { state in
        if state.asked == 0 { state.whenAsked.append(waiter) }
        return state.asked > 0
      }
      if isAsked { waiter.resume() }
    }
  }

  var edition: Int {
    state.withLock { state in
      state.looks += 1
      return state.edition
    }
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let (number, gate, waiters) = state.withLock { state in
      state.asked += 1
      defer { state.whenAsked = [] }
      return (state.asked, state.gate, state.whenAsked)
    }
    for waiter in waiters { waiter.resume() }
    _ = await gate?.wait()
    return try answer(number).get()
  }
}

func key(_ number: Int, until expiration: Int? = nil) -> ResolvedCredentials {
  ResolvedCredentials(
    Credentials(accessKeyID: "AKID\(number)", secretAccessKey: "s"), expiration: expiration,
    origin: "scripted")
}
