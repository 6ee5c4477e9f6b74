public import AWSClient
public import SigV4

extension AthenaClient {
  /// A call of an operation, whether this client makes such calls or not, as it would be signed and sent.
  public func explain(
    _ operation: String, _ body: [UInt8], with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    service.explain(operation, body, with: credentials, at: seconds)
  }

  /// The call that opens an output.
  public func explainOutput(
    _ location: S3URI, headOnly: Bool, with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    s3.explainGetObject(location, headOnly: headOnly, with: credentials, at: seconds)
  }
}
