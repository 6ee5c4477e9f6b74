import EventLoop
import Files

/// The config file and the credentials file: what they said when they were last looked at.
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

  /// Held for as long as a look takes.
  private let files: Lock<Files>
  /// Held for a moment: nobody who asks what the files say waits for a file.
  private let snapshot: Lock<Snapshot>

  private struct Files {
    let profile: String
    let isNamed: Bool
    var config: WatchedFile<SharedFile, Problem>
    var credentials: WatchedFile<SharedFile, Problem>

    /// What they say together.
    var result: Result<Profiles, Problem> {
      Result { () throws(Problem) in
        let profiles = Profiles(
          name: profile, isNamed: isNamed, config: try config.content.get(),
          credentials: try credentials.content.get())
        guard let profiles else {
          throw Problem(
            description: """
              the profile \(profile) is neither in \(config.path) ([profile \(profile)]) \
              nor in \(credentials.path) ([\(profile)])
              """)
        }
        return profiles
      }
    }
  }

  private struct Snapshot {
    let result: Result<Profiles, Problem>
    /// How often what it says to the profile in use has changed.
    let edition: Int
  }

  /// Reads both files, and blocks for as long as that takes.
  ///
  /// - Parameter profile: The profile that a flag names; without it those are asked that botocore asks,
  ///   `AWS_DEFAULT_PROFILE` and `AWS_PROFILE`, and after them it is `default`.
  public init(environment: AWSEnvironment, profile: String? = nil) {
    let named = profile ?? environment["AWS_DEFAULT_PROFILE"] ?? environment["AWS_PROFILE"]
    self.profile = named ?? "default"
    isNamedByFlag = profile != nil
    configPath = environment.path("AWS_CONFIG_FILE", or: "~/.aws/config")
    credentialsPath = environment.path("AWS_SHARED_CREDENTIALS_FILE", or: "~/.aws/credentials")
    let files = Files(
      profile: self.profile, isNamed: named != nil,
      config: .shared(configPath, isDefault: environment["AWS_CONFIG_FILE"] == nil),
      credentials: .shared(
        credentialsPath, isDefault: environment["AWS_SHARED_CREDENTIALS_FILE"] == nil))
    snapshot = Lock(Snapshot(result: files.result, edition: 0))
    self.files = Lock(files)
  }

  /// What the files said at the last look. A file that is missing is an empty one.
  public func profiles() throws(Problem) -> Profiles {
    try snapshot.withLock { $0.result }.get()
  }

  /// The same for a source of credentials, in whose name a problem is thrown.
  func profiles(for source: String) throws(CredentialsError) -> Profiles {
    do throws(Problem) {
      return try profiles()
    } catch {
      throw CredentialsError(source: source, error.description)
    }
  }

  /// How often what they say to the profile in use has been found changed.
  var edition: Int { snapshot.withLock { $0.edition } }

  /// Looks whether they have changed. A home on a network can block this for ever, and a large file is
  /// work: never on the loop of a worker.
  ///
  /// - Parameter second: The wall clock.
  public func look(at second: Int) {
    files.withLock { files in
      // Both, whatever the first one says.
      let isConfigNew = files.config.look(at: second)
      let isCredentialsNew = files.credentials.look(at: second)
      guard isConfigNew || isCredentialsNew else { return }
      let result = files.result
      let reach = result.map(\.reach)
      snapshot.withLock { before in
        let isOther = before.result.map(\.reach) != reach
        before = Snapshot(result: result, edition: before.edition + (isOther ? 1 : 0))
      }
    }
  }
}
