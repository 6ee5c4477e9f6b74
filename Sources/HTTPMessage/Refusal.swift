public import HTTPTypes

/// Why the server does not serve a request: one case for each rule that can be broken.
public enum Refusal: Error, Equatable, Sendable {
  /// What of a request is late.
  public enum Part: Sendable {
    case head
    case content
  }

  /// What there is no more of.
  public enum Resource: Sendable {
    case connections
    /// Memory for the contents of requests.
    case contents
  }

  /// The bytes are not a request that RFC 9112 allows; the text names the rule.
  case malformed(String)
  /// RFC 9110 §15.5.9: the head or the body did not come in time.
  case timeout(Part)
  /// The content is longer than this many bytes.
  case contentTooLarge(limit: Int)
  /// The request target is longer than this many bytes.
  case targetTooLong(limit: Int)
  /// The head is longer than this many bytes.
  case headTooLarge(limit: Int)
  /// The head, or the trailer section, has more field lines than this.
  case tooManyFields(limit: Int)
  /// RFC 9110 §10.1.1: an expectation other than `100-continue`.
  case expectation
  /// RFC 9112 §6.1: a transfer coding that the server doesn't know.
  case transferCoding
  /// RFC 9110 §2.5: a major version that is not 1.
  case version
  /// The peer is gone before its request was whole: nobody reads the answer.
  case disconnected
  /// The server has as much of this as it may.
  case overloaded(Resource)
  /// The handler has not answered by the request's deadline.
  case handlerTimeout
  /// The handler failed in a way it should have dealt with itself.
  case failed

  public var status: HTTPResponse.Status {
    switch self {
    case .malformed, .disconnected: .badRequest
    case .timeout: .requestTimeout
    case .contentTooLarge: .contentTooLarge
    case .targetTooLong: .uriTooLong
    case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
    case .expectation: .expectationFailed
    case .transferCoding: .notImplemented
    case .version: .httpVersionNotSupported
    case .overloaded: .serviceUnavailable
    case .handlerTimeout: .gatewayTimeout
    case .failed: .internalServerError
    }
  }
}
