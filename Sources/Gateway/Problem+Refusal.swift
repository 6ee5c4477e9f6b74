import HTTPMessage

extension Problem {
  /// What the HTTP server refuses, in the form of every other problem.
  init(_ refusal: Refusal) {
    switch refusal {
    case .malformed(let rule): self.init(.malformedRequest, rule)
    case .disconnected:
      self.init(.malformedRequest, "the connection ended before the request was whole")
    case .timeout(.head):
      self.init(.requestTimeout, "the request's line and fields were not whole in time")
    case .timeout(.content):
      self.init(.requestTimeout, "the content was not whole in time, or came too slowly")
    case .contentTooLarge(let limit):
      self.init(.contentTooLarge, "the content is more than \(limit) bytes")
    case .targetTooLong(let limit):
      self.init(.targetTooLong, "the request target is more than \(limit) bytes")
    case .headTooLarge(let limit):
      self.init(
        .headTooLarge, "the request's line and fields together are more than \(limit) bytes")
    case .tooManyFields(let limit):
      self.init(.headTooLarge, "the request has more than \(limit) field lines")
    case .expectation:
      self.init(.expectationFailed, "the only expectation that can be met is 100-continue")
    case .transferCoding:
      self.init(.notImplemented, "the only transfer coding that the gateway knows is chunked")
    case .version: self.init(.httpVersion, "the gateway speaks HTTP/1.1")
    case .overloaded(.connections):
      self.init(
        .overloaded,
        "the gateway has as many connections as it may; only /livez and /readyz answer")
    case .overloaded(.contents):
      self.init(
        .overloaded, "the contents of other requests take up all the memory that there is for them")
    case .handlerTimeout:
      self.init(
        .athenaTimeout,
        "the answer was not there by the request's deadline; what was asked for may be done")
    case .failed: self.init(.internalError, "the gateway failed to answer")
    }
  }
}
