public import Callers
public import HTTPMessage
public import HTTPTypes
public import Tracing

/// What goes with a request and onto its answer, whatever that turns out to be, and what is learnt of it on the
/// way: the gateway's operator is told at the end.
public final class RequestContext: DeliveryObserver {
  typealias EndObserver = (RequestContext, Delivery) -> Void

  let id: RequestID
  /// nil where the request could not be read.
  public let method: HTTPRequest.Method?
  /// The path as it was sent; nil where the request could not be read.
  public let path: String?
  /// Where the request comes from; nil for a unix socket.
  public let peer: IPAddress?
  public let trace: TraceContext
  public let calls: CallRecord
  /// What the path names; nil where that is nothing, or the request could not be read.
  let route: Route?
  /// Who the request comes from, once that is known.
  public internal(set) var knownCaller: Caller?
  /// The calculation that the request has started.
  var startedCalculationID: String?
  /// The session that the request has started.
  var startedSessionID: String?
  private(set) var problem: ProblemCode?
  /// Why the caller was not let in, in the words that he got; nil where he was. They have no secret.
  public private(set) var refusal: String?
  private let basePath: BasePath
  private let allowedOrigins: AllowedOrigins
  private let onEnd: EndObserver
  /// The listed origin whose page sent the request; nil for the gateway's own and for programs.
  let origin: Origin?
  /// What the policy allows the caller; nil without a policy.
  var rights: Rights?
  /// Whether the policy lets the caller submit code to the session by its `codeUri`.
  var mayUseCodeURI = true
  /// Its place among those of its caller, until the end of the answer.
  var slot: CallerUsage.Slot?
  /// What the call can be repeated with.
  private var token: String?
  /// More fields of every answer to this request, errors included.
  var fields: HTTPFields = [:]

  /// - Parameters:
  ///   - refused: The request, be it refused or not.
  ///   - onEnd: Told of how the answer went.
  init(
    _ refused: Refused, under basePath: BasePath = .root,
    sharingWith allowedOrigins: AllowedOrigins = AllowedOrigins(),
    onEnd: @escaping EndObserver = { _, _ in }
  ) {
    let request: Request?
    switch refused {
    case .request(let read): (request, peer) = (read, read.peer)
    case .unread(let sender): (request, peer) = (nil, sender)
    }
    id = request.map { RequestID($0.fields) } ?? RequestID()
    trace = request.map { TraceContext($0.fields) } ?? TraceContext()
    calls = CallRecord(fields: trace.fields)
    (method, path) = (request?.method, request?.path)
    route = request.flatMap { try? Route(path: $0.path, under: basePath) }
    self.basePath = basePath
    self.onEnd = onEnd
    self.allowedOrigins = allowedOrigins
    origin = request.flatMap(allowedOrigins.origin(of:))
  }

  /// Nobody in particular, until that is known better.
  var caller: Caller { knownCaller ?? .anonymous }

  /// Has every answer name the token with which the call can be repeated. A caller's own token that isn't
  /// ASCII is read as Latin-1 by most clients (RFC 9110 §5.5 leaves it open), and one with control
  /// characters or spaces at its ends can't stand in a field: altered it would be another.
  func name(_ token: String) {
    let bytes = token.utf8.span
    let isASCII = bytes.indices.allSatisfy { bytes[$0] < 0x80 }
    self.token = isASCII && HTTPField.isValidValue(token) ? token : nil
  }

  func answer(_ problem: Problem) -> Response {
    self.problem = problem.code
    if problem.keepsOut { refusal = problem.detail }
    return complete(problem.response(requestID: id, under: basePath))
  }

  func complete(_ response: consuming Response) -> Response {
    response.fields.reserveCapacity(response.fields.count + 2 + fields.count)
    // No answer has one by itself: setting it would look for it.
    response.fields.append(HTTPField(name: .xRequestID, value: id.text))
    if let token { response.fields.append(HTTPField(name: .clientRequestToken, value: token)) }
    response.fields.append(contentsOf: fields)
    response.standing = response.fields.contains(.cacheControl) ? .security : .unstored
    allowedOrigins.share(&response, with: origin)
    response.observer = self
    return holdingSlot(response)
  }

  /// A stream keeps the request's place until its end; any other answer is as good as given.
  private func holdingSlot(_ response: consuming Response) -> Response {
    calls.place?.letGo()
    defer { slot = nil }
    guard let slot, case .stream(let length, let write) = response.content else { return response }
    response.content = .stream(length: length) { writer in
      try await write(writer)
      withExtendedLifetime(slot) {}
    }
    return response
  }

  public func didDeliver(_ delivery: Delivery) {
    onEnd(self, delivery)
  }
}

extension RequestContext {
  /// What the answer names the request with.
  public var requestID: String { id.text }

  /// nil where the path names no resource, or the request could not be read.
  public var template: RouteTemplate? { route?.template }

  /// That of the path, or of what was started.
  public var sessionID: String? { route?.sessionID ?? startedSessionID }

  /// That of the path, or of what was started.
  public var calculationID: String? { route?.calculationID ?? startedCalculationID }

  /// The code of the problem that was answered with, or that ended the stream; nil without one.
  public var problemCode: String? { problem?.rawValue }
}
