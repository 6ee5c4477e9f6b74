/// A source that is configured and gives no credentials. The chain ends with it: credentials of another
/// source would be another identity's.
public struct CredentialsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What to do where no source is configured.
  static let whatToSet =
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the gateway a profile or a role"

  /// The name of the source, and no more: it is what the gateway's callers may know.
  public let source: String
  /// What is wrong, where, and what to do; no secret.
  public let reason: String
  /// False where nothing has failed, since no source of a whole chain is configured.
  public let isConfigured: Bool

  public init(source: String, _ reason: String, isConfigured: Bool = true) {
    self.source = source
    self.reason = reason
    self.isConfigured = isConfigured
  }

  public var description: String { "\(source): \(reason)" }
}
