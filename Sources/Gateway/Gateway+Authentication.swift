import Callers
import Cryptography
import EventLoop
import HTTPMessage
import HTTPTypes

extension Gateway {
  /// Who a request comes from. An orchestrator that asks whether the gateway lives shows nothing.
  func caller(of request: Request, to route: Route?) async throws(Problem) -> Caller {
    if let route, route.isHealthCheck { return .anonymous }
    let (failures, loop, peer) = (shared.failures, loop, request.peer)
    let work = SignatureWork(
      pause: { failures.pause(of: $0, from: peer, at: loop.now) },
      note: { failures.note($0, isGood: $1, from: peer, at: loop.now) })
    do throws(AuthenticationFault) {
      return try await authenticator.caller(of: request, bounding: work)
    } catch {
      throw Problem(error)
    }
  }
}
