public import SigV4

/// The credentials of the process's environment, read once.
public struct EnvironmentCredentials: CredentialsProvider {
  /// A mistake, not a reason to look further.
  public enum Problem: Error, Equatable, CustomStringConvertible {
    /// A key without its secret.
    case incomplete
    /// A line break or another control character in this variable, as a file's last line leaves it: it
    /// could not be sent, or would not sign as it should.
    case controlCharacter(variable: String)

    public var description: String {
      switch self {
      case .incomplete:
        "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both, or neither"
      case .controlCharacter(let variable):
        "\(variable) has a line break or another control character in it"
      }
    }
  }

  private let value: Credentials?

  /// An empty variable is an unset one, as botocore has it.
  public init(_ environment: [String: String]) throws(Problem) {
    func variable(_ name: String) throws(Problem) -> String? {
      guard let value = environment[name], !value.isEmpty else { return nil }
      guard value.utf8.allSatisfy({ $0 == UInt8(ascii: "\t") || $0 >= 0x20 && $0 != 0x7F }) else {
        throw .controlCharacter(variable: name)
      }
      return value
    }
    guard let key = try variable("AWS_ACCESS_KEY_ID") else {
      value = nil
      return
    }
    guard let secret = try variable("AWS_SECRET_ACCESS_KEY") else { throw .incomplete }
    let olderToken = try variable("AWS_SECURITY_TOKEN")
    let token = try variable("AWS_SESSION_TOKEN")
    value = Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: olderToken ?? token)
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
