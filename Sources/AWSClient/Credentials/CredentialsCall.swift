import EventLoop
import HTTPClient
import HTTPMessage

/// Asks a service that gives credentials out, and again where that can help. The calls of those who wait
/// for the credentials have retries of their own, so that these have no part in the quota of those.
struct CredentialsCall {
  /// The longest answer, a role's of Identity Center, has a few thousand bytes.
  private static let answerLimit = 64 * 1024

  let tools: CredentialsTools
  /// How the service writes its errors.
  let readError: (ClientResponse) -> ServiceError
  /// What is sent and is in no message.
  let secrets: [String]
  /// The codes of the service that are worth another try.
  var transientCodes: Set<String> = []

  /// Whether the requests are signed, and so refused where the clock is wrong. Others learn the time from
  /// the answer: to a clock that is fast what has just been handed out would look expired.
  var isSigned = false

  /// The content of an answer with status 200.
  ///
  /// - Parameter request: Makes the request of each try, to be signed for this second.
  func send(_ request: (Int) -> ClientRequest) async throws(AWSError) -> [UInt8] {
    let policy = tools.retries
    var hasSetClock = false
    var attempt = 1
    while true {
      let now = tools.clock()
      let failure: CallFailure
      do throws(CallFailure) {
        return try await once(request(now))
      } catch {
        failure = error
      }
      if isSigned, !hasSetClock, tools.clockExplains(failure, signedAt: now) {
        hasSetClock = true
        continue
      }
      guard attempt < policy.attempts, let reason = reason(policy, failure) else {
        throw AWSError(failure)
      }
      do throws(CancellationError) {
        try await tools.loop.pause(for: policy.delay(after: attempt, reason, failure))
      } catch {
        throw AWSError(failure)
      }
      attempt += 1
    }
  }

  private func reason(_ policy: RetryPolicy, _ failure: CallFailure) -> RetryPolicy.Reason? {
    if case .service(let error, _) = failure, transientCodes.contains(error.code) {
      return .transient
    }
    return policy.reason(to: failure, modelled: [])
  }

  private func once(_ request: ClientRequest) async throws(CallFailure) -> [UInt8] {
    var request = request
    request.answerLimit = Self.answerLimit
    request.isPrerequisite = true
    let response: ClientResponse
    do throws(HTTPClientError) {
      response = try await tools.http.send(request)
    } catch {
      throw .transfer(error)
    }
    switch response.status {
    case 200:
      if !isSigned { tools.setClock(by: response.fields) }
      return response.body
    case 400...599:
      throw .service(readError(response).withholding(secrets), response.fields)
    // Followed nowhere: what asks for credentials is nothing that another host should see.
    default: throw .unpromised("HTTP status \(response.status) in answer to a call")
    }
  }
}
