package import HTTPClient

extension HTTPClientError {
  /// Whether there was no answer at all, or no whole one: another attempt may have more luck.
  var isNoAnswer: Bool {
    switch self {
    case .resolve, .connect, .timeout, .cutShort: true
    default: false
    }
  }

  /// What has happened, for a message that says with whom.
  package var words: String {
    switch self {
    case .resolve(let reason), .connect(let reason), .tls(let reason), .proxy(let reason),
      .timeout(let reason), .cutShort(let reason), .invalidRequest(let reason),
      .failed(_, let reason):
      reason
    case .badAnswer(let reason): "its answer is not HTTP: \(reason)"
    case .tooLarge(let limit): "its answer is more than \(limit) bytes"
    case .headTooLarge(let limit): "the head of its answer is more than \(limit) bytes"
    case .overloaded: "too many calls are under way"
    case .closed: "the gateway is stopping"
    }
  }
}
