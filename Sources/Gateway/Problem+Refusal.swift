import HTTPMessage

extension Problem {
  /// What the HTTP server refuses, in the form of every other problem.
  init(_ refusal: Refusal) {
    switch refusal {
    case .malformed(let rule): self.init(.malformedRequest, rule)
    case .disconnected:
      self.init(.malformedRequest, "the connection ended before the request was whole")
    case .timeout: self.init(.requestTimeout, "the request was not whole in time")
    case .contentTooLarge(let limit):
      self.init(.contentTooLarge, "the content is more than \(limit) bytes")
    case .targetTooLong(let limit):
      self.init(.targetTooLong, "the request target is more than \(limit) bytes")
    case .headTooLarge(let limit):
      self.init(
        .headTooLarge, "the request's head is more than \(limit) bytes, or has too many fields")
    case .expectation:
      self.init(.expectationFailed, "the only expectation that can be met is 100-continue")
    case .transferCoding:
      self.init(.notImplemented, "the only transfer coding that the gateway knows is chunked")
    case .version: self.init(.httpVersion, "the gateway speaks HTTP/1.1")
    case .overloaded:
      self.init(
        .overloaded,
        "the gateway has as many connections as it may; only /livez and /readyz answer")
    case .handlerTimeout:
      self.init(
        .athenaTimeout,
        "the answer was not there by the request's deadline; what was asked for may be done")
    case .failed: self.init(.internalError, "the gateway failed to answer")
    }
  }
}
