import EventLoop
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct CredentialsChainTests {
  /// A source that hears of no cancellation.
  private struct Stubborn: CredentialsSource {
    let name = "stubborn"
    let end = SharedOutcome<Bool>()
    /// Told when the chain has cancelled it.
    let isCancelled = SharedOutcome<Bool>()

    func resolve(
      with tools: CredentialsTools
    ) async throws(CredentialsError) -> ResolvedCredentials? {
      let (end, isCancelled) = (end, isCancelled)
      await withTaskCancellationHandler {
        _ = await Task.detached { await end.wait() }.value
      } onCancel: {
        isCancelled.set(true)
      }
      return key(1)
    }
  }

  @Test func `A source that takes too long is given up, by its name`() async throws {
    let source = Stubborn()
    try await withTools { tools, _ in
      let chain = CredentialsChain(
        [ScriptedSource { _ in .success(nil) }, source], limit: .milliseconds(1500))
      #expect(
        await chain.outcome(with: tools)
          == .failure(
            CredentialsError(source: "stubborn", "no credentials came within 1 s")))
      #expect(await source.isCancelled.wait() == true)
      source.end.set(true)
    }
  }
}
