import Callers
import HTTPMessage
import HTTPTypes

/// What goes with a request and onto its answer, whatever that turns out to be.
final class RequestContext {
  let id: RequestID
  /// Who the request comes from, once that is known.
  var caller = Caller.anonymous
  private let basePath: BasePath
  private let allowedOrigins: AllowedOrigins
  /// The listed origin whose page sent the request; nil for the gateway's own and for programs.
  let origin: Origin?
  /// What the policy allows the caller; nil without a policy.
  var rights: Rights?
  /// Whether the policy lets the caller submit code to the session by its `codeUri`.
  var mayUseCodeURI = true
  /// Its place among those of its caller, until the end of the answer.
  var slot: CallerUsage.Slot?
  /// Fields of every answer to this request, errors included.
  var fields: HTTPFields = [:]

  /// - Parameter request: nil where it could not be read.
  init(
    _ request: Request?, under basePath: BasePath = .root,
    sharingWith allowedOrigins: AllowedOrigins = AllowedOrigins()
  ) {
    id = request.map { RequestID($0.fields) } ?? RequestID()
    self.basePath = basePath
    self.allowedOrigins = allowedOrigins
    origin = request.flatMap(allowedOrigins.origin(of:))
  }

  /// Has every answer name the token with which the call can be repeated. A caller's own token that isn't
  /// ASCII is read as Latin-1 by most clients (RFC 9110 §5.5 leaves it open), and one with control
  /// characters or spaces at its ends can't stand in a field: altered it would be another.
  func name(_ token: String) {
    let isRepeatable = token.utf8.allSatisfy { $0 < 0x80 } && HTTPField.isValidValue(token)
    fields[.clientRequestToken] = isRepeatable ? token : nil
  }

  func answer(_ problem: Problem) -> Response {
    complete(problem.response(requestID: id, under: basePath))
  }

  func complete(_ response: Response) -> Response {
    var response = response
    response.fields[.xRequestID] = id.text
    if response.fields[.cacheControl] == nil { response.fields[.cacheControl] = "no-store" }
    response.fields.append(contentsOf: HTTPFields.security)
    response.fields.append(contentsOf: fields)
    allowedOrigins.share(&response, with: origin)
    return holdingSlot(response)
  }

  /// A stream keeps the request's place until its end; any other answer is as good as given.
  private func holdingSlot(_ response: Response) -> Response {
    defer { slot = nil }
    guard let slot, case .stream(let length, let write) = response.content else { return response }
    var response = response
    response.content = .stream(length: length) { writer in
      try await write(writer)
      withExtendedLifetime(slot) {}
    }
    return response
  }
}
