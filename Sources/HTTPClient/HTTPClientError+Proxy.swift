extension HTTPClientError {
  /// What to do where a proxy wants to know who asks.
  static let credentialsAdvice =
    "it wants a user and a password, or other ones; give them in the proxy's URL"

  /// The error of a transfer that went through a proxy, which may be the proxy's own.
  ///
  /// - Parameter connectStatus: How the proxy answered CONNECT; 0 where it was not asked or didn't answer.
  func through(_ proxy: Proxy, connectStatus: Int) -> HTTPClientError {
    switch connectStatus {
    case 407: return .proxy("the proxy \(proxy) answered 407 to CONNECT: \(Self.credentialsAdvice)")
    case 0, 200..<300: break
    case let status:
      return .proxy("the proxy \(proxy) answered \(status) to CONNECT: it does not lead there")
    }
    switch self {
    case .resolve(let words), .connect(let words):
      return .proxy("the proxy \(proxy): \(words)")
    // Within the tunnel the server's own certificate counts.
    case .tls(let words) where connectStatus == 0:
      return .proxy("the proxy \(proxy): \(words)")
    case .cutShort(let words): return .cutShort("through the proxy \(proxy): \(words)")
    case .badAnswer(let words): return .badAnswer("through the proxy \(proxy): \(words)")
    case .proxy, .tls, .timeout, .tooLarge, .headTooLarge, .invalidRequest, .overloaded,
      .closed, .failed:
      return self
    }
  }
}
