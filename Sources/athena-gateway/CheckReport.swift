import AWSClient
import Athena
import HTTPClient

/// What `check` has found out; no secret.
struct CheckReport {
  struct Call {
    let workGroup: String
    let isOK: Bool
    /// What to do about its failure, in a sentence.
    var advice: String?
  }

  private(set) var problems: [String]
  /// nil where the settings already can't be used.
  let configuration: AWSConfiguration?
  /// Where the credentials were looked for, beside other places.
  let files: SharedFilesState
  /// What may not be as it was meant.
  let notes: [String]
  private(set) var credentials: ResolvedCredentials?
  /// The name of the source that gave credentials, or failed to.
  private(set) var source: String?
  /// nil where none was made.
  private(set) var call: Call?

  init(
    _ configuration: AWSConfiguration?, problems: [String], files: SharedFilesState, notes: [String]
  ) {
    self.problems = problems
    self.configuration = configuration
    self.files = files
    self.notes = notes
  }

  var isOK: Bool { problems.isEmpty }

  mutating func note(_ result: Result<ResolvedCredentials, CredentialsError>) {
    switch result {
    case .success(let found):
      credentials = found
      source = String(found.origin.prefix { $0 != " " && $0 != "," })
    case .failure(let error):
      source = error.source
      problems.append(
        "credentials: \(error.isConfigured ? error.description : files.withoutCredentials)")
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

  /// Has the report of a failed call say what to do about it.
  mutating func advise(_ error: AthenaError, _ refusal: CallRefusal?) {
    if let refusal {
      call?.advice = refusal.advice
      return
    }
    guard let configuration else { return }
    switch error {
    case .unreachable, .timeout:
      let region = configuration.region
      let sources = configuration.settings.endpoints.sources(of: .athena)
      let cause = sources.isEmpty ? "" : " (\(sources.joined(separator: ", ")))"
      call?.advice =
        "see whether \(region.value) (\(region.source)) is the region that is meant, and whether this machine "
        + "reaches \(configuration.athena)\(cause), by its network or by a proxy"
    default: break
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
