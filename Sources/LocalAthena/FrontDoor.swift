import EventLoop
import HTTPMessage
import HTTPTypes
import SigV4

/// Where every request arrives: judges who may speak, and finds out which of the three services is
/// meant.
final class FrontDoor {
  private let account: Account
  private let loop: EventLoop
  private let faults = Faults()
  private let answersAnyHost: Bool

  init(account: Account, loop: EventLoop, answersAnyHost: Bool) {
    self.account = account
    self.loop = loop
    self.answersAnyHost = answersAnyHost
  }

  func answer(_ request: Request) async throws(Refusal) -> Response {
    let isFromHere = request.authority.map { Authority($0).isLoopback } ?? false
    let body = try await request.body.collect(upTo: .max)
    if request.path.hasPrefix("/_local/") {
      // What is unsigned needs a stricter door: this one is open to nobody's web page.
      guard isFromHere, !request.fields.contains(.origin) else { return FaultsEndpoint.forbidden }
      return FaultsEndpoint.answer(request, body, faults)
    }
    let isForAthena = request.path == "/" && request.method == .post
    guard isFromHere || answersAnyHost else {
      let message = "A local Athena answers requests whose Host is localhost or 127.0.0.1 alone."
      return isForAthena
        ? ServiceError.frontDoor("AccessDeniedException", message).response
        : S3Error.accessDenied(message).response
    }
    return isForAthena ? await answerAsAthena(request, body) : await answerAsS3(request, body)
  }

  /// The answer to what the server itself refuses.
  func answer(to refusal: Refusal) -> Response {
    ServiceError(refusal).response
  }

  private func answerAsAthena(_ request: Request, _ body: [UInt8]) async -> Response {
    do throws(ServiceError) {
      let operation = try Operation.named(by: request.fields)
      try SignatureCheck.athena(request, body)
      return await faults.apply(to: operation.name, on: loop, failure: ServiceError.response) {
        self.perform(operation, body)
      }
    } catch {
      return error.response
    }
  }

  private func perform(_ operation: Operation, _ body: [UInt8]) -> Response {
    do throws(ServiceError) {
      var input = try Input(parsing: body)
      return .awsJSON(try operation.perform(&input, account))
    } catch {
      return error.response
    }
  }

  private func answerAsS3(_ request: Request, _ body: [UInt8]) async -> Response {
    do throws(S3Error) {
      try SignatureCheck.s3(request, body)
      let operation = try GetObject(request)
      return await faults.apply(to: operation.name, on: loop, failure: S3Error.response) {
        operation.perform(account)
      }
    } catch {
      return error.response
    }
  }
}
