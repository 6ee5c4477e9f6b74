import HTTPClient

extension AWSError {
  /// What the failure of a transfer means for the call.
  init(_ error: HTTPClientError) {
    switch error {
    case .resolve(let reason), .connect(let reason), .tls(let reason), .proxy(let reason):
      self = .unreachable(reason)
    case .closed: self = .unreachable("the gateway is stopping")
    case .overloaded: self = .overloaded
    case .timeout: self = .timeout
    case .cutShort(let reason), .badAnswer(let reason): self = .badAnswer(reason)
    case .tooLarge(let limit): self = .badAnswer("its content is more than \(limit) bytes")
    case .headTooLarge(let limit): self = .badAnswer("its head is more than \(limit) bytes")
    case .invalidRequest(let reason), .failed(_, let reason): self = .failed(reason)
    }
  }
}
