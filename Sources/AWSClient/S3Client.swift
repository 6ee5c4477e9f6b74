import Crypto
import HTTPClient
import HTTPMessage
import SigV4
import URIEncoding

/// Reads objects from S3.
public final class S3Client {
  /// What of an error's body is read.
  private static let errorLimit = 64 * 1024

  private let context: AWSContext
  private let endpoint: Endpoint
  private let signer: Signer
  private let emptyHash = SHA256.hash([UInt8]())

  public init(_ context: AWSContext, endpoint: Endpoint) {
    self.context = context
    signer = context.signer(service: "s3")
    self.endpoint = endpoint
  }

  /// GetObject, or HeadObject: the answer's head is there when it returns, the content is read from it.
  ///
  /// - Parameter headOnly: Whether only the head is wanted.
  public func getObject(
    _ uri: S3URI, headOnly: Bool = false
  ) async throws(AWSError) -> S3Object {
    let method: ClientRequest.Method = headOnly ? .head : .get
    let (endpoint, path) = location(of: uri)
    let credentials = try await context.credentials.credentials()
    let fields = signer.sign(
      method: method.rawValue, path: path, host: endpoint.host,
      fields: [("X-Amz-Content-SHA256", emptyHash.hex)], payloadHash: emptyHash, pathRule: .s3,
      with: credentials, at: context.clock())
    let request = ClientRequest(method, endpoint.origin + path, fields: fields)
    let response: StreamedResponse
    do throws(HTTPClientError) {
      response = try await context.http.open(request)
    } catch {
      throw AWSError(error)
    }
    switch response.status {
    case 200: return try S3Object(response, headOnly: headOnly)
    case 400...599:
      throw .service(try await Self.error(response).withholdingSecrets(of: credentials))
    default: throw .badAnswer("HTTP status \(response.status) in answer to a GetObject")
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

  private static func error(_ response: StreamedResponse) async throws(AWSError) -> ServiceError {
    var body: [UInt8] = []
    do throws(HTTPClientError) {
      while body.count < errorLimit, let piece = try await response.read() { body += piece }
    } catch {
      throw AWSError(error)
    }
    return ServiceError(xml: body, status: response.status, fields: response.fields)
  }
}
