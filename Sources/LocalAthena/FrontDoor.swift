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
  private let isOpen: Bool

  /// - Parameter isOpen: Whether other machines reach it. They call it by names that nobody here knows,
  ///   and may write `Host: localhost` just as well: there it says nothing.
  init(account: Account, loop: EventLoop, isOpen: Bool) {
    self.account = account
    self.loop = loop
    self.isOpen = isOpen
  }

  func close() {
    faults.close()
  }

  func answer(_ request: Request) async throws(Refusal) -> Response {
    let body = try await request.body.collect(upTo: .max)
    let isForAthena = request.path == "/" && request.method == .post
    if request.path.hasPrefix("/_local/") {
      if let reason = refusal(of: request) ?? refusalOfUnsigned {
        return .text(reason, status: .forbidden)
      }
      return FaultsEndpoint.answer(request, body, faults)
    }
    if let reason = refusal(of: request) {
      return isForAthena
        ? ServiceError.frontDoor("AccessDeniedException", reason).response
        : S3Error.accessDenied(reason).response
    }
    return isForAthena ? await answerAsAthena(request, body) : await answerAsS3(request, body)
  }

  /// Why it does not speak with whoever has sent this. Signatures keep no web page out: the key is public.
  private func refusal(of request: Request) -> String? {
    guard !request.fields.contains(.origin) else {
      return "A local Athena answers no request with an Origin: it is not for web pages."
    }
    guard isOpen || request.authority.map({ Authority($0).isLoopback }) ?? false else {
      return "A local Athena answers requests whose Host is localhost or 127.0.0.1 alone."
    }
    return nil
  }

  /// What is unsigned needs a door that only this machine comes to.
  private var refusalOfUnsigned: String? {
    isOpen ? "/_local is off where other machines reach it: listen on 127.0.0.1 to use it." : nil
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
