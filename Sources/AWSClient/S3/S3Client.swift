import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import HTTPTypes
import JSON
public import SigV4
import Tracing
import URIEncoding

/// Reads objects from S3.
public final class S3Client {
  /// What of an error's body is read.
  private static let errorLimit = 64 * 1024

  private let http: HTTPClient
  private let endpoint: Endpoint
  private let region: Region
  private let regions: BucketRegions
  private let caller: ServiceCaller
  private let emptyHash = SHA256.hash([UInt8]())

  /// - Parameter endpoint: That of the context's region, or an operator's, which has the buckets of all
  ///   regions.
  public init(_ context: AWSContext, endpoint: Endpoint) {
    http = context.http
    region = context.region
    regions = context.shared.bucketRegions
    caller = ServiceCaller(
      context, service: "s3", modelled: ["InvalidObjectState", "NoSuchKey"])
    self.endpoint = endpoint
  }

  /// GetObject, or HeadObject: the answer's head is there when it returns, the content is read from it.
  ///
  /// A bucket that turns out to be in another region of the same partition is asked for there, once.
  ///
  /// - Returns: nil where the object is the one that is not wanted.
  public func getObject(
    _ uri: S3URI, _ read: S3Read = S3Read()
  ) async throws(AWSError) -> S3Object? {
    let region = regions[uri.bucket] ?? self.region
    switch try await ask(for: uri, read, in: region) {
    case .object(let object): return object
    case .notModified: return nil
    case .elsewhere(let error, let named):
      guard let other = try await home(of: uri.bucket, named, not: region) else {
        throw .service(error)
      }
      regions.record(other, of: uri.bucket)
      switch try await ask(for: uri, read, in: other) {
      case .object(let object): return object
      case .notModified: return nil
      case .elsewhere(let error, _): throw .service(error)
      }
    }
  }

  /// The same call as it would be signed and sent.
  public func explainGetObject(
    _ uri: S3URI, headOnly: Bool = false, with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    caller.explain(
      request(uri, S3Read(headOnly: headOnly), in: region), with: credentials, at: seconds)
  }

  /// What a call comes to that is not answered with an error.
  private enum Answer {
    case object(S3Object)
    case notModified
    /// The bucket is not in this region, but in the one that is named, if one is.
    case elsewhere(ServiceError, String?)
  }

  private func ask(
    for uri: S3URI, _ read: S3Read, in region: Region
  ) async throws(AWSError) -> Answer {
    try await caller.call(request(uri, read, in: region)) { request async throws(CallFailure) in
      try await send(request, read, in: region)
    }
  }

  func request(_ uri: S3URI, _ read: S3Read, in region: Region) -> UnsignedRequest {
    let place = S3Place(of: uri.bucket, endpoint(in: region))
    return UnsignedRequest(
      operation: read.headOnly ? "HeadObject" : "GetObject",
      method: read.headOnly ? .head : .get, endpoint: place.endpoint, region: region,
      path: "\(place.path)/\(PercentEncoding.encode(path: uri.key))",
      fields: [("X-Amz-Content-SHA256", emptyHash.hex)] + read.fields, payloadHash: emptyHash,
      pathRule: .s3)
  }

  /// An operator's endpoint is the one for every region; only what is signed for differs.
  private func endpoint(in other: Region) -> Endpoint {
    guard let variant = endpoint.variant, other != region else { return endpoint }
    return Endpoint(of: .s3, in: other, variant: variant) ?? endpoint
  }

  /// One try, up to the head of its answer: what has begun to arrive is not asked for again.
  private func send(
    _ request: ClientRequest, _ read: S3Read, in region: Region
  ) async throws(CallFailure) -> Answer {
    let response = try await open(request)
    CallRecord.current?.value.requestID = ServiceError.requestID(response.fields)
    let isOfS3 = response.fields.contains(.amzRequestID)
    switch response.status {
    case 200, 206:
      let object = try S3Object(response, read)
      // A store that doesn't evaluate If-Match would have a part of one object joined to that of another.
      guard read.ifMatch == nil || object.entityTag == read.ifMatch else {
        throw .service(ServiceError(code: "PreconditionFailed", status: 412), response.fields)
      }
      return .object(object)
    case 304 where read.ifNoneMatch != nil: return .notModified
    // A redirect of somebody else's, such as a captive portal, is nothing that S3 says.
    case 301 where isOfS3, 302 where isOfS3, 307 where isOfS3, 400...599:
      let error = try await Self.error(response)
      let named = response.fields[.amzBucketRegion] ?? error.region
      guard error.isOfRegion(isHead: read.headOnly, named), named != region.name else {
        throw .service(error, response.fields)
      }
      return .elsewhere(error, named)
    default: throw .unpromised("HTTP status \(response.status) in answer to a GetObject")
    }
  }

  private func open(_ request: ClientRequest) async throws(CallFailure) -> StreamedResponse {
    do throws(HTTPClientError) {
      return try await http.open(request)
    } catch {
      throw .transfer(error)
    }
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

// MARK: Regions, as botocore 1.44 finds them (S3RegionRedirectorv2)

extension S3Client {
  /// The region to ask instead; nil where it is unknown, the same one, or none of this partition: the
  /// credentials are good for no other, and what is signed goes to AWS's hosts alone.
  private func home(
    of bucket: String, _ named: String?, not region: Region
  ) async throws(AWSError) -> Region? {
    var named = named
    if named == nil { named = try await headBucket(bucket, in: region) }
    guard let other = named.flatMap({ Region($0) }), other != region,
      Partition(region: other.name) == Partition(region: self.region.name)
    else { return nil }
    return other
  }

  /// The region that HeadBucket's answer names, whatever else it says.
  private func headBucket(_ bucket: String, in region: Region) async throws(AWSError) -> String? {
    let place = S3Place(of: bucket, endpoint(in: region))
    let request = UnsignedRequest(
      operation: "HeadBucket", method: .head, endpoint: place.endpoint, region: region,
      path: place.bucketPath,
      fields: [("X-Amz-Content-SHA256", emptyHash.hex)], payloadHash: emptyHash, pathRule: .s3)
    return try await caller.call(request) { request async throws(CallFailure) in
      try await open(request).fields[.amzBucketRegion]
    }
  }
}

extension ServiceError {
  /// Whether it says that the bucket is in another region. A HEAD's has no body to say so, and is the same
  /// for credentials that have expired: there it takes a region that is named.
  fileprivate func isOfRegion(isHead: Bool, _ named: String?) -> Bool {
    switch code {
    case "PermanentRedirect", "IllegalLocationConstraintException": true
    case "AuthorizationHeaderMalformed": named != nil
    case "400": isHead && named != nil
    default: (300...399).contains(status)
    }
  }

  fileprivate var region: String? { members["Region"]?.asString }
}

extension HTTPField.Name {
  fileprivate static let amzBucketRegion = Self("x-amz-bucket-region")!
}
