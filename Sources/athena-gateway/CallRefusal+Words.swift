import AWSClient

extension CallRefusal {
  /// What has happened, and what to do: a line for whoever runs the gateway.
  var summary: String {
    switch cause {
    case .credentials, .permission:
      let id = requestID.map { ", request ID \($0)" } ?? ""
      return "AWS refuses \(operation): \(answer) (\(url), key \(maskedKeyID)\(id)); \(advice)"
    case .foreignAnswer:
      return "\(operation) (key \(maskedKeyID)) was not answered by AWS: \(advice)"
    }
  }

  /// One sentence.
  var advice: String {
    switch cause {
    case .credentials:
      "AWS doesn't accept the key \(maskedKeyID) or what is signed with it: see whether it is the right one and "
        + "still active, and has its own secret and session token beside it"
    case .permission:
      "the identity of the key \(maskedKeyID) lacks a permission: README.md says what the gateway's role must allow"
    case .foreignAnswer:
      "something else than AWS answers at \(url) (\(answer)): look for a proxy, a captive portal or another "
        + "service behind the endpoint"
    }
  }

  /// AWS's code and words, or what came in their place.
  private var answer: String {
    let name = cause == .foreignAnswer ? code.map { "status \($0)" } : code
    return [name, message].compactMap { $0 }.joined(
      separator: cause == .foreignAnswer ? ", " : ": ")
  }
}
