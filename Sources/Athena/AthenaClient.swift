public import AWSClient
import JSON

/// Amazon Athena's operations for Apache Spark, and the outputs that they leave in S3.
public final class AthenaClient {
  let service: JSONServiceClient
  let s3: S3Client
  private let context: AWSContext

  public init(_ context: AWSContext, endpoint: Endpoint, s3Endpoint: Endpoint) {
    service = JSONServiceClient(
      context, service: "athena", targetPrefix: "AmazonAthena", endpoint: endpoint,
      modelledErrors: [
        "InternalServerException", "InvalidRequestException", "ResourceNotFoundException",
        "SessionAlreadyExistsException", "TooManyRequestsException",
      ])
    s3 = S3Client(context, endpoint: s3Endpoint)
    self.context = context
  }

  /// By how many seconds this machine's clock is corrected for signatures; 0 as long as AWS has not shown
  /// that it is wrong.
  public var clockOffset: Int { context.clockOffset }

  /// Whether there is something to sign calls with. Where there isn't, the source is asked, and so long waited for
  /// at most.
  public func hasCredentials(within patience: Duration) async -> Bool {
    await context.hasCredentials(within: patience)
  }

  /// Calls an operation and reads its output. Members that Athena adds one day are passed over, those
  /// that we read must have the types of its model, and `read` returns nil where a required one is
  /// missing.
  func call<Output>(
    _ operation: String, _ body: [UInt8], _ read: (inout JSONObjectReader) -> Output?
  ) async throws(AthenaError) -> Output {
    let object: JSONObject
    do throws(AWSError) {
      object = try await service.call(operation, body)
    } catch {
      throw AthenaError(error, from: .athena)
    }
    var reader = JSONObjectReader(object, nullIsAbsent: true, allowsUnknownMembers: true)
    let output = read(&reader)
    if let finding = reader.findings.first {
      throw .badAnswer("\(operation) answered with \(finding.pointer), which \(finding.detail)")
    }
    guard let output else { throw .badAnswer("\(operation) answered without a required member") }
    return output
  }

  /// The body of an operation whose only member is an id.
  static func body(_ name: String, _ id: String) -> [UInt8] {
    var writer = JSONWriter(reserving: id.utf8.count + 64)
    writer.beginObject()
    writer.member(name, id)
    writer.endObject()
    return writer.bytes
  }
}
