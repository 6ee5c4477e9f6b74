import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import HTTPTypes
public import JSON
public import SigV4
import Tracing

/// Calls a service that speaks AWS JSON 1.1 (Smithy, `aws.protocols#awsJson1_1`).
public final class JSONServiceClient {
  /// The longest answer of a call that the gateway makes is a code block: 68,000 characters, at most 12
  /// bytes each.
  private static let answerLimit = 2 * 1024 * 1024

  private let http: HTTPClient
  private let endpoint: Endpoint
  private let region: Region
  private let caller: ServiceCaller
  private let targetPrefix: String

  /// - Parameters:
  ///   - service: The name that signatures are scoped to.
  ///   - targetPrefix: What stands before the operation in `X-Amz-Target`.
  ///   - modelledErrors: The codes of the errors in the service's model.
  public init(
    _ context: AWSContext, service: String, targetPrefix: String, endpoint: Endpoint,
    modelledErrors: Set<String> = []
  ) {
    http = context.http
    region = context.region
    caller = ServiceCaller(context, service: service, modelled: modelledErrors)
    self.endpoint = endpoint
    self.targetPrefix = targetPrefix
  }

  /// Calls an operation: a JSON object goes, a JSON object comes.
  public func call(_ operation: String, _ body: [UInt8]) async throws(AWSError) -> JSONObject {
    try await caller.call(request(operation, body)) { request async throws(CallFailure) in
      let response: ClientResponse
      do throws(HTTPClientError) {
        response = try await http.send(request)
      } catch {
        throw .transfer(error)
      }
      CallRecord.current?.value.requestID = ServiceError.requestID(response.fields)
      return try Self.object(of: response)
    }
  }

  /// The same call as it would be signed and sent.
  public func explain(
    _ operation: String, _ body: [UInt8], with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    caller.explain(request(operation, body), with: credentials, at: seconds)
  }

  private func request(_ operation: String, _ body: [UInt8]) -> UnsignedRequest {
    UnsignedRequest(
      operation: operation, method: .post, endpoint: endpoint, region: region,
      path: endpoint.basePath + "/",
      fields: [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "\(targetPrefix).\(operation)"),
      ],
      body: body, payloadHash: SHA256.hash(body), pathRule: .standard,
      answerLimit: Self.answerLimit)
  }

  private static func object(of response: ClientResponse) throws(CallFailure) -> JSONObject {
    switch response.status {
    case 200: return try object(response.body, of: response.fields[.contentType])
    case 400...599:
      let error = ServiceError(
        json: response.body, status: response.status, fields: response.fields)
      throw .service(error, response.fields)
    // Followed nowhere: what is signed for one host is nothing that another should see.
    default:
      let type = kind(response.fields[.contentType])
      throw .unpromised("HTTP status \(response.status)\(type) in answer to a call")
    }
  }

  /// An operation without output may answer with nothing at all.
  ///
  /// - Parameter type: The `Content-Type`: that of a page shows who has answered in AWS's place.
  private static func object(
    _ body: [UInt8], of type: String?
  ) throws(CallFailure) -> JSONObject {
    if body.isEmpty { return JSONObject() }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body)
    } catch {
      throw .unpromised("it has status 200\(kind(type)) and is not JSON: \(error)")
    }
    guard let object = value.asObject else { throw .unpromised("it is JSON but not an object") }
    return object
  }

  private static func kind(_ type: String?) -> String {
    type.map { " of type \($0.onOneLine)" } ?? ""
  }
}
