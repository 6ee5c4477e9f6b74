/// What a signing key is good for: one day, one region, one service.
public struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
  /// The day in UTC: `20150830`.
  public let date: String

  /// `us-east-1`
  public let region: String

  /// The service's signing name: `athena`, `s3`.
  public let service: String

  /// As the string to sign has it: `20150830/us-east-1/athena/aws4_request`.
  public let description: String

  public init(date: String, region: String, service: String) {
    self.date = date
    self.region = region
    self.service = service
    description = "\(date)/\(region)/\(service)/\(Self.terminator)"
  }

  /// What ends every scope, and the message of the last step of key derivation.
  static let terminator = "aws4_request"
}
