import HTTPMessage

extension HTTPClientError {
  /// What the rules of message framing, which are those of requests too, say of an answer.
  init(_ refusal: Refusal) {
    switch refusal {
    case .malformed(let rule): self = .badAnswer(rule)
    case .contentTooLarge(let limit): self = .tooLarge(limit: limit)
    case .tooManyFields(let limit): self = .badAnswer("more than \(limit) trailer fields")
    case .timeout, .targetTooLong, .headTooLarge, .expectation, .transferCoding, .version,
      .disconnected, .overloaded, .handlerTimeout, .failed:
      self = .badAnswer("\(refusal)")
    }
  }
}
