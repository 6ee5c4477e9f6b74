import EventLoop

/// The config file and the credentials file, read again when they have changed.
public final class ProfileFiles: Sendable {
  /// A file that can't be used, or a profile that is in neither.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    /// What is wrong, where, and what to do; no secret.
    public let description: String
  }

  /// Where settings and profiles are.
  public let configPath: String
  /// Where secrets are.
  public let credentialsPath: String
  /// The name of the profile in use.
  public let profile: String

  /// Whether a flag names the profile: credentials of the environment are not asked then.
  public let isNamedByFlag: Bool

  private let isNamed: Bool
  private let state: Lock<State>

  private struct State {
    var config: WatchedFile
    var credentials: WatchedFile
    /// The second of the last look.
    var lookedAt: Int?
    var result: Result<Profiles, Problem>?
    /// How often the result has changed.
    var edition = 0
  }

  /// - Parameter profile: The profile that a flag names; without it those are asked that botocore asks,
  ///   `AWS_DEFAULT_PROFILE` and `AWS_PROFILE`, and after them it is `default`.
  public init(environment: AWSEnvironment, profile: String? = nil) {
    let named = profile ?? environment["AWS_DEFAULT_PROFILE"] ?? environment["AWS_PROFILE"]
    self.profile = named ?? "default"
    isNamed = named != nil
    isNamedByFlag = profile != nil
    configPath = environment.path("AWS_CONFIG_FILE", or: "~/.aws/config")
    credentialsPath = environment.path("AWS_SHARED_CREDENTIALS_FILE", or: "~/.aws/credentials")
    state = Lock(
      State(
        config: WatchedFile(
          configPath, isDefault: environment["AWS_CONFIG_FILE"] == nil),
        credentials: WatchedFile(
          credentialsPath, isDefault: environment["AWS_SHARED_CREDENTIALS_FILE"] == nil)))
  }

  /// What the files say now. A file that is missing is an empty one.
  ///
  /// - Parameter second: The wall clock: within one second the files are looked at once.
  public func profiles(at second: Int) throws(Problem) -> Profiles {
    try state.withLock { look(&$0, at: second) }.get()
  }

  /// How often what they say has changed by that second.
  func edition(at second: Int) -> Int {
    state.withLock { state in
      _ = look(&state, at: second)
      return state.edition
    }
  }

  private func look(_ state: inout State, at second: Int) -> Result<Profiles, Problem> {
    if let result = state.result, state.lookedAt == second { return result }
    state.lookedAt = second
    // Both, whatever the first one says.
    let isConfigNew = state.config.look()
    let isCredentialsNew = state.credentials.look()
    if let result = state.result, !isConfigNew, !isCredentialsNew { return result }
    let result = read(state)
    if state.result != nil { state.edition += 1 }
    state.result = result
    return result
  }

  /// The same for a source of credentials, in whose name a problem is thrown.
  func profiles(
    at second: Int, for source: String
  ) throws(CredentialsError) -> Profiles {
    do throws(Problem) {
      return try profiles(at: second)
    } catch {
      throw CredentialsError(source: source, error.description)
    }
  }

  private func read(_ state: borrowing State) -> Result<Profiles, Problem> {
    Result { () throws(Problem) in
      let config = try state.config.content.get()
      let credentials = try state.credentials.content.get()
      guard
        let profiles = Profiles(
          name: profile, isNamed: isNamed, config: config, credentials: credentials)
      else {
        throw Problem(
          description: """
            the profile \(profile) is neither in \(configPath) ([profile \(profile)]) \
            nor in \(credentialsPath) ([\(profile)])
            """)
      }
      return profiles
    }
  }
}
