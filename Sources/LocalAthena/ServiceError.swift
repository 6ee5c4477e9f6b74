import HTTPMessage
import HTTPTypes
import JSON

/// An error of AWS JSON 1.1: what an operation or the front door before it refuses with.
///
/// AWS answers every client's error of Athena with status 400; the code tells them apart.
struct ServiceError: Error {
  let code: String
  let message: String
  var status = 400
  /// Members beside type and message, such as `AthenaErrorCode`.
  var members: [(name: String, value: String)] = []

  /// A request that an operation does not take.
  static func invalidRequest(
    _ message: String, athenaErrorCode: String = "INVALID_INPUT"
  ) -> ServiceError {
    ServiceError(
      code: "InvalidRequestException", message: message,
      members: [("AthenaErrorCode", athenaErrorCode)])
  }

  static func notFound(_ message: String, resource: String) -> ServiceError {
    ServiceError(
      code: "ResourceNotFoundException", message: message, members: [("ResourceName", resource)])
  }

  static func tooManyRequests(_ message: String) -> ServiceError {
    ServiceError(code: "TooManyRequestsException", message: message)
  }

  static func `internal`(_ message: String) -> ServiceError {
    ServiceError(code: "InternalServerException", message: message, status: 500)
  }

  /// An error that no operation's model names.
  static func frontDoor(_ code: String, _ message: String) -> ServiceError {
    ServiceError(code: code, message: message)
  }

  static func serialization(_ message: String) -> ServiceError {
    frontDoor("SerializationException", message)
  }

  /// The exceptions of Athena's model. Theirs is `Message`; the front door writes `message`.
  private static let modelled: Set = [
    "InternalServerException", "InvalidRequestException", "MetadataException",
    "ResourceNotFoundException", "SessionAlreadyExistsException", "TooManyRequestsException",
  ]

  var response: Response {
    var body = JSONWriter(reserving: 256)
    body.beginObject()
    body.member("__type", code)
    for member in members { body.member(member.name, member.value) }
    body.member(Self.modelled.contains(code) ? "Message" : "message", message)
    body.endObject()
    return .awsJSON(body.bytes, status: HTTPResponse.Status(code: status))
  }

  static func response(_ code: String, _ message: String, status: Int) -> Response {
    ServiceError(code: code, message: message, status: status).response
  }
}

extension ServiceError {
  /// What the HTTP server refuses never reaches an operation: the statuses are HTTP's own here.
  init(_ refusal: Refusal) {
    let status = refusal.status
    let code =
      switch status {
      case .contentTooLarge: "RequestEntityTooLargeException"
      case .requestTimeout: "RequestTimeoutException"
      case .serviceUnavailable: "ServiceUnavailableException"
      case .internalServerError, .gatewayTimeout: "InternalFailure"
      default: "MalformedHttpRequestException"
      }
    let message =
      if case .malformed(let rule) = refusal { rule } else { status.reasonPhrase }
    self.init(code: code, message: message, status: status.code)
  }
}
