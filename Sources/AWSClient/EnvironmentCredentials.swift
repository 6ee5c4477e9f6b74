public import SigV4

/// The credentials of the process's environment, read once.
public struct EnvironmentCredentials: CredentialsProvider {
  /// A key without its secret: a mistake, not a reason to look further.
  public struct Incomplete: Error, Equatable, CustomStringConvertible {
    public var description: String {
      "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both, or neither"
    }
  }

  private let value: Credentials?

  /// An empty variable is an unset one, as botocore has it.
  public init(_ environment: [String: String]) throws(Incomplete) {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let key = variable("AWS_ACCESS_KEY_ID") else {
      value = nil
      return
    }
    guard let secret = variable("AWS_SECRET_ACCESS_KEY") else { throw Incomplete() }
    value = Credentials(
      accessKeyID: key, secretAccessKey: secret,
      sessionToken: variable("AWS_SECURITY_TOKEN") ?? variable("AWS_SESSION_TOKEN"))
  }

  /// Credentials that are known from elsewhere.
  public init(_ credentials: Credentials) {
    value = credentials
  }

  /// Whether there are any.
  public var isEmpty: Bool { value == nil }

  public func credentials() async throws(AWSError) -> Credentials {
    guard let value else {
      throw .noCredentials(
        "the gateway has no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"
      )
    }
    return value
  }
}
