import Callers
import EventLoop
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// Who a request comes from. An orchestrator that asks whether the gateway lives shows nothing.
  ///
  /// Where too many bad credentials have come from an address no more of them are looked at.
  func caller(of request: Request, to route: Route?) async throws(Problem) -> Caller {
    if let route, route.isHealthCheck { return .anonymous }
    let credentials = request.fields[.authorization]
    if let credentials, !shared.failures.allow(credentials, from: request.peer, at: loop.now) {
      throw Problem(
        .tooManyRequests,
        "too many requests with bad credentials have come from this address; no others are looked at for "
          + "some seconds")
    }
    do throws(AuthenticationFault) {
      let caller = try await authenticator.caller(of: request)
      if let credentials, caller.kind == .key || caller.kind == .token {
        shared.failures.recordSuccess(of: credentials)
      }
      return caller
    } catch {
      if case .badCredentials = error {
        shared.failures.recordFailure(from: request.peer, at: loop.now)
      }
      throw Problem(error)
    }
  }
}
