import AWSClient
import Athena
import HTTPClient

/// What `check` has found out; no secret.
struct CheckReport {
  struct Call {
    let workGroup: String
    let isOK: Bool
  }

  private(set) var problems: [String]
  /// nil where the settings already can't be used.
  let configuration: AWSConfiguration?
  private(set) var credentials: ResolvedCredentials?
  /// nil where none was made.
  private(set) var call: Call?

  init(problems: [String]) {
    self.problems = problems
    configuration = nil
  }

  init(configuration: AWSConfiguration) {
    problems = []
    self.configuration = configuration
  }

  var isOK: Bool { problems.isEmpty }

  mutating func note(_ result: Result<ResolvedCredentials, CredentialsError>) {
    switch result {
    case .success(let found): credentials = found
    case .failure(let error): problems.append("credentials: \(error)")
    }
  }

  mutating func note(_ result: Result<Void, AthenaError>, workGroup: String) {
    switch result {
    case .success: call = Call(workGroup: workGroup, isOK: true)
    case .failure(let error):
      call = Call(workGroup: workGroup, isOK: false)
      problems.append("ListSessions: \(error.explanation)")
    }
  }

  /// The endpoints that the gateway calls, in the order in which they are shown.
  var endpoints: [(service: AWSService, endpoint: Endpoint, sources: [String])] {
    guard let configuration else { return [] }
    return [(.athena, configuration.athena), (.s3, configuration.s3)].map { service, endpoint in
      (service, endpoint, configuration.settings.endpoints.sources(of: service))
    }
  }

  var proxies: [(scheme: String, setting: Proxies.Setting)] {
    guard let proxies = configuration?.proxies else { return [] }
    return [("https", proxies.https), ("http", proxies.http)].compactMap { scheme, setting in
      setting.map { (scheme, $0) }
    }
  }
}

extension AthenaError {
  /// One line for an operator.
  fileprivate var explanation: String {
    switch self {
    case .exception(let exception):
      "Athena answered with \(exception.code)"
        + (exception.message.map { ": \($0.onOneLine)" } ?? "")
    case .unreachable(let reason): "Athena can't be reached: \(reason)"
    case .timeout: "Athena didn't answer in time"
    case .badAnswer(let reason): "the answer is not one of Athena's: \(reason)"
    case .failed(let reason): reason
    case .overloaded: "too many calls are under way"
    case .noCredentials: "there are no credentials to call Athena with"
    }
  }
}
