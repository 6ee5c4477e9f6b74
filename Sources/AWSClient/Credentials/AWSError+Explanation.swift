import JSON

extension AWSError {
  /// What went wrong with a service that was asked for credentials, in a sentence.
  func explanation(of service: String, at endpoint: Endpoint) -> String {
    switch self {
    case .service(let error):
      let message = error.message.map { ": \($0.onOneLine)" } ?? ""
      return "\(service) (\(endpoint)) answers \(error.code)\(message)"
    case .unreachable(let reason): return "\(service) (\(endpoint)) can't be reached: \(reason)"
    case .timeout: return "\(service) (\(endpoint)) doesn't answer in time"
    case .badAnswer(let reason):
      return "the answer of \(service) (\(endpoint)) is not one of its API: \(reason)"
    case .failed(let reason): return "\(service) (\(endpoint)) can't be asked: \(reason)"
    case .overloaded: return "\(service) (\(endpoint)) can't be asked: too many calls are under way"
    case .noCredentials: return "there are no credentials to ask \(service) (\(endpoint)) with"
    }
  }
}

extension String {
  /// A text from outside, fit for a message.
  package var onOneLine: String { cut(to: 512).printable }

  /// So many of its scalars at most.
  ///
  /// Scalars and not characters: one character may hold a megabyte of combining marks.
  func cut(to scalars: Int) -> String {
    String(String.UnicodeScalarView(unicodeScalars.prefix(scalars)))
  }
}
