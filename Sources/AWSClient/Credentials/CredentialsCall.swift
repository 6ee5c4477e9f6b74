import EventLoop
import HTTPClient
import HTTPMessage

/// Asks a service that gives credentials out, again where that can help.
struct CredentialsCall {
  /// The longest answer, the one with a web identity's claims, has a few thousand bytes.
  private static let answerLimit = 64 * 1024
  /// As botocore's standard mode has it.
  private static let attempts = 3

  let tools: CredentialsTools
  /// How the service writes its errors.
  let readError: (ClientResponse) -> ServiceError
  /// The codes that are worth another try though their status is not.
  var transientCodes: Set<String> = []

  /// The content of an answer with status 200.
  ///
  /// - Parameter request: Makes the request anew for each attempt, so that it is signed for its moment.
  func send(_ request: () -> ClientRequest) async throws(AWSError) -> [UInt8] {
    var attempt = 1
    while true {
      do throws(AWSError) {
        return try await once(request())
      } catch {
        guard attempt < Self.attempts, let pause = pause(after: error, attempt) else { throw error }
        do throws(CancellationError) {
          try await tools.loop.pause(for: pause)
        } catch {
          throw .failed("the gateway is stopping")
        }
      }
      attempt += 1
    }
  }

  private func once(_ request: ClientRequest) async throws(AWSError) -> [UInt8] {
    var request = request
    request.answerLimit = Self.answerLimit
    let response: ClientResponse
    do throws(HTTPClientError) {
      response = try await tools.http.send(request)
    } catch {
      throw AWSError(error)
    }
    switch response.status {
    case 200: return response.body
    case 400...599: throw .service(readError(response))
    // Followed nowhere: what asks for credentials is nothing that another host should see.
    default: throw .badAnswer("HTTP status \(response.status) in answer to a call")
    }
  }

  /// Full jitter, as botocore's standard mode has it; nil where another try would change nothing.
  private func pause(after error: AWSError, _ attempt: Int) -> Duration? {
    let scale: Double
    switch error {
    case .unreachable, .timeout: scale = 0.05
    case .service(let error) where Self.throttlingCodes.contains(error.code): scale = 1
    case .service(let error)
    where [500, 502, 503, 504].contains(error.status) || transientCodes.contains(error.code):
      scale = 0.05
    case .service, .badAnswer, .failed, .noCredentials: return nil
    }
    return .seconds(Double.random(in: 0...1) * scale * Double(1 << (attempt - 1)))
  }

  private static let throttlingCodes: Set = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "SlowDown",
  ]
}
