import Crypto
import HTTPClient
import HTTPMessage
public import JSON
import SigV4

/// Calls a service that speaks AWS JSON 1.1 (Smithy, `aws.protocols#awsJson1_1`).
public final class JSONServiceClient {
  /// The longest answer of a call that the gateway makes is a code block: 68,000 characters, at most 12
  /// bytes each.
  private static let answerLimit = 2 * 1024 * 1024

  private let context: AWSContext
  private let endpoint: Endpoint
  private let signer: Signer
  private let url: String
  private let path: String
  private let targetPrefix: String

  /// - Parameters:
  ///   - service: The name that signatures are scoped to.
  ///   - targetPrefix: What stands before the operation in `X-Amz-Target`.
  public init(
    _ context: AWSContext, service: String, targetPrefix: String, endpoint: Endpoint
  ) {
    self.context = context
    signer = context.signer(service: service)
    self.endpoint = endpoint
    self.targetPrefix = targetPrefix
    path = endpoint.basePath + "/"
    url = endpoint.origin + path
  }

  /// Calls an operation: a JSON object goes, a JSON object comes.
  public func call(_ operation: String, _ body: [UInt8]) async throws(AWSError) -> JSONObject {
    let credentials = try await context.credentials.credentials()
    let fields = signer.sign(
      method: "POST", path: path, host: endpoint.host,
      fields: [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "\(targetPrefix).\(operation)"),
      ],
      payloadHash: SHA256.hash(body), pathRule: .standard, with: credentials,
      at: context.clock())
    let request = ClientRequest(
      .post, url, fields: fields, body: body, answerLimit: Self.answerLimit)
    let response: ClientResponse
    do throws(HTTPClientError) {
      response = try await context.http.send(request)
    } catch {
      throw AWSError(error)
    }
    return try Self.object(of: response, to: credentials)
  }

  private static func object(
    of response: ClientResponse, to credentials: Credentials
  ) throws(AWSError) -> JSONObject {
    switch response.status {
    case 200: return try object(response.body)
    case 400...599:
      throw .service(
        ServiceError(json: response.body, status: response.status, fields: response.fields)
          .withholdingSecrets(of: credentials))
    // Followed nowhere: what is signed for one host is nothing that another should see.
    default: throw .badAnswer("HTTP status \(response.status) in answer to a call")
    }
  }

  /// An operation without output may answer with nothing at all.
  private static func object(_ body: [UInt8]) throws(AWSError) -> JSONObject {
    if body.isEmpty { return JSONObject() }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body)
    } catch {
      throw .badAnswer("it is not JSON: \(error)")
    }
    guard let object = value.asObject else { throw .badAnswer("it is JSON but not an object") }
    return object
  }
}
