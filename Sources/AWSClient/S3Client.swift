import Crypto
import HTTPClient
import HTTPMessage
public import SigV4
import URIEncoding

/// Reads objects from S3.
public final class S3Client {
  /// What of an error's body is read.
  private static let errorLimit = 64 * 1024

  private let http: HTTPClient
  private let endpoint: Endpoint
  private let caller: ServiceCaller
  private let emptyHash = SHA256.hash([UInt8]())

  public init(_ context: AWSContext, endpoint: Endpoint) {
    http = context.http
    caller = ServiceCaller(
      context, service: "s3", modelled: ["InvalidObjectState", "NoSuchKey"])
    self.endpoint = endpoint
  }

  /// GetObject, or HeadObject: the answer's head is there when it returns, the content is read from it.
  ///
  /// - Parameter headOnly: Whether only the head is wanted.
  public func getObject(
    _ uri: S3URI, headOnly: Bool = false
  ) async throws(AWSError) -> S3Object {
    try await caller.call(request(uri, headOnly)) { request async throws(CallFailure) in
      try await send(request, headOnly: headOnly)
    }
  }

  /// The same call as it would be signed and sent.
  public func explainGetObject(
    _ uri: S3URI, headOnly: Bool = false, with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    caller.explain(request(uri, headOnly), with: credentials, at: seconds)
  }

  private func request(_ uri: S3URI, _ headOnly: Bool) -> UnsignedRequest {
    let (endpoint, path) = location(of: uri)
    return UnsignedRequest(
      operation: headOnly ? "HeadObject" : "GetObject", method: headOnly ? .head : .get,
      endpoint: endpoint, path: path,
      fields: [("X-Amz-Content-SHA256", emptyHash.hex)], payloadHash: emptyHash, pathRule: .s3)
  }

  /// One try, up to the head of its answer: what has begun to arrive is not asked for again.
  private func send(
    _ request: ClientRequest, headOnly: Bool
  ) async throws(CallFailure) -> S3Object {
    let response: StreamedResponse
    do throws(HTTPClientError) {
      response = try await http.open(request)
    } catch {
      throw .transfer(error)
    }
    switch response.status {
    case 200: return try S3Object(response, headOnly: headOnly)
    case 400...599: throw .service(try await Self.error(response), response.fields)
    default: throw .unpromised("HTTP status \(response.status) in answer to a GetObject")
    }
  }

  /// An operator's endpoint has every bucket on one host; AWS has a host for each, except that no
  /// certificate covers a bucket with dots in its name.
  private func location(of uri: S3URI) -> (endpoint: Endpoint, path: String) {
    let key = PercentEncoding.encode(path: uri.key)
    guard endpoint.isCustom || uri.bucket.contains(where: { !Self.isLabel($0) }) else {
      return (endpoint.prefixed(by: uri.bucket), "/\(key)")
    }
    return (endpoint, "\(endpoint.basePath)/\(uri.bucket)/\(key)")
  }

  private static func isLabel(_ character: Character) -> Bool {
    character.isLowercase || character.isNumber || character == "-"
  }

  private static func error(_ response: StreamedResponse) async throws(CallFailure) -> ServiceError
  {
    var body: [UInt8] = []
    do throws(HTTPClientError) {
      while body.count < errorLimit, let piece = try await response.read() { body += piece }
    } catch {
      throw .transfer(error)
    }
    return ServiceError(xml: body, status: response.status, fields: response.fields)
  }
}
