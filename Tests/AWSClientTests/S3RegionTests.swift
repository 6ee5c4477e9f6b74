import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import HTTPTypes
import SigV4
import Testing

@testable import AWSClient

/// An S3 with a bucket in ap-south-1, called by a client of eu-west-1. What botocore does of it is in the
/// conformance tests.
struct S3RegionTests {
  private static let home = "ap-south-1"
  private static let uri = S3URI("s3://bkt/k")!

  /// How S3 says that a bucket is elsewhere.
  private struct Redirect: Sendable {
    var status = 301
    var code: String? = "PermanentRedirect"
    var field: String?
    var element: String?

    var response: Response {
      let region = element.map { "<Region>\($0)</Region>" } ?? ""
      // The place that it names is an attacker's: it must not be gone to.
      let body = code.map {
        "<Error><Code>\($0)</Code>\(region)<Endpoint>evil.example</Endpoint></Error>"
      }
      var fields: HTTPFields = [.amzRequestID: "3L137", .location: "http://evil.example/k"]
      fields[HTTPField.Name("x-amz-bucket-region")!] = field
      return Response(
        status: .init(code: status), fields: fields, content: .bytes(Array((body ?? "").utf8)))
    }
  }

  /// The regions that the calls were signed for, with their methods and paths.
  private func calls(
    _ redirect: Redirect, count: Int = 1, headOnly: Bool = false,
    bucketRegions: BucketRegions = BucketRegions(), answersAtHome: Bool = true,
    headBucket: String? = nil
  ) async throws -> (calls: [String], last: Result<Bool, AWSError>) {
    let thread = try LoopThread(name: "s3")
    defer { thread.stopAndJoin() }
    let loop = thread.loop
    return try await Task(executorPreference: loop) {
      let seen = Lock<[String]>([])
      let server = try HTTPServer(
        Listener(ListenAddress(parsing: "127.0.0.1:0"), isShared: false), on: loop,
        refusal: { refusal, _ in Response(status: refusal.status) },
        handler: { request throws(Refusal) in
          let scope = request.fields[.authorization]?.split(separator: "/") ?? []
          let region = scope.count > 2 ? String(scope[2]) : ""
          seen.withLock { $0.append("\(request.method) \(request.path) \(region)") }
          if request.path == "/bkt", let headBucket {
            return Response(
              status: .forbidden,
              fields: [HTTPField.Name("x-amz-bucket-region")!: headBucket])
          }
          guard region == Self.home, answersAtHome else { return redirect.response }
          return Response(
            status: .ok, fields: [.amzRequestID: "3L137"], content: .bytes(Array("text".utf8)))
        })
      defer { server.close() }
      let http = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
      defer { http.close() }
      let context = AWSContext(
        on: loop, http: http, region: Region("eu-west-1")!,
        shared: AWSShared(
          credentials: CredentialsStore(Credentials(accessKeyID: "AKID", secretAccessKey: "s")),
          retries: RetryPolicy(attempts: 1), bucketRegions: bucketRegions),
        clock: { 1_763_799_353 })
      let client = S3Client(
        context, endpoint: try Endpoint(parsing: "http://127.0.0.1:\(server.port)"))
      var last: Result<Bool, AWSError> = .success(false)
      for _ in 0..<count {
        do throws(AWSError) {
          let object = try await client.getObject(Self.uri, S3Read(headOnly: headOnly))
          last = .success(object != nil)
        } catch {
          last = .failure(error)
        }
      }
      return (seen.withLock { $0 }, last)
    }.value
  }

  private static let redirects: [Redirect] = [
    Redirect(field: home), Redirect(element: home), Redirect(field: home, element: "us-west-2"),
    Redirect(status: 400, code: "AuthorizationHeaderMalformed", element: home),
    Redirect(status: 400, code: "AuthorizationHeaderMalformed", field: home),
    Redirect(status: 400, code: "IllegalLocationConstraintException", field: home),
    Redirect(status: 307, code: "TemporaryRedirect", field: home), Redirect(code: nil, field: home),
  ]

  @Test(arguments: redirects)
  private func `A bucket is asked for in its own region`(redirect: Redirect) async throws {
    let (calls, last) = try await calls(redirect)
    #expect(calls == ["GET /bkt/k eu-west-1", "GET /bkt/k ap-south-1"])
    #expect(last == .success(true))
  }

  @Test(arguments: [301, 400])
  func `So it is where a field alone can tell`(status: Int) async throws {
    let redirect = Redirect(status: status, code: nil, field: Self.home)
    let (calls, last) = try await calls(redirect, headOnly: true)
    #expect(calls == ["HEAD /bkt/k eu-west-1", "HEAD /bkt/k ap-south-1"])
    #expect(last == .success(true))
  }

  @Test func `Where the answer names no region, the bucket's own does`() async throws {
    let (calls, last) = try await calls(Redirect(), headBucket: Self.home)
    #expect(
      calls == ["GET /bkt/k eu-west-1", "HEAD /bkt eu-west-1", "GET /bkt/k ap-south-1"])
    #expect(last == .success(true))
  }

  @Test func `It is learnt once, for all clients`() async throws {
    let regions = BucketRegions()
    let redirect = Redirect(field: Self.home)
    let (first, _) = try await calls(redirect, count: 2, bucketRegions: regions)
    #expect(first.count == 3)
    let (second, _) = try await calls(redirect, bucketRegions: regions)
    #expect(second == ["GET /bkt/k ap-south-1"])
  }

  @Test func `What was learnt and is wrong is learnt anew`() async throws {
    let regions = BucketRegions()
    regions.record(Region("us-west-2")!, of: "bkt")
    let (calls, last) = try await calls(Redirect(field: Self.home), bucketRegions: regions)
    #expect(calls == ["GET /bkt/k us-west-2", "GET /bkt/k ap-south-1"])
    #expect(last == .success(true))
  }

  @Test func `It is followed once`() async throws {
    let (calls, last) = try await calls(Redirect(field: Self.home), answersAtHome: false)
    #expect(calls == ["GET /bkt/k eu-west-1", "GET /bkt/k ap-south-1"])
    #expect(last.code == "PermanentRedirect")
  }

  /// Other partitions have other credentials; a name that is none could be another host's.
  @Test(arguments: ["cn-north-1", "us-gov-west-1", "eu-west-1", "evil.example/", "", "A", "-"])
  func `No other region is followed`(region: String) async throws {
    let (calls, last) = try await calls(Redirect(field: region))
    #expect(calls == ["GET /bkt/k eu-west-1"])
    #expect(last.code == "PermanentRedirect")
  }

  /// The answer to a HEAD whose credentials have expired looks the same.
  @Test func `A HEAD's 400 without a region is an error`() async throws {
    let (calls, last) = try await calls(Redirect(status: 400, code: nil), headOnly: true)
    #expect(calls == ["HEAD /bkt/k eu-west-1"])
    #expect(last.code == "400")
  }

  @Test(arguments: [(400, "InvalidToken"), (403, "AccessDenied"), (404, "NoSuchKey")])
  func `Other errors name the region too, and are errors`(status: Int, code: String) async throws {
    let (calls, last) = try await calls(Redirect(status: status, code: code, field: Self.home))
    #expect(calls.count == 1)
    #expect(last.code == code)
  }

  @Test func `No more than so many regions are remembered`() {
    let regions = BucketRegions(capacity: 8)
    for number in 0..<100 { regions.record(Region("eu-west-1")!, of: "bucket-\(number)") }
    let remembered = (0..<100).count { regions["bucket-\($0)"] != nil }
    #expect(remembered == 8)
    #expect(regions["bucket-99"] != nil)
  }

  // MARK: Places

  /// botocore's (get_object without an endpoint_url).
  @Test(arguments: [
    ("bkt", "bkt.s3.eu-west-1.amazonaws.com", ""), ("b-1", "b-1.s3.eu-west-1.amazonaws.com", ""),
    ("b.kt", "s3.eu-west-1.amazonaws.com", "/b.kt"), ("Bkt", "s3.eu-west-1.amazonaws.com", "/Bkt"),
    ("b_kt", "s3.eu-west-1.amazonaws.com", "/b_kt"),
    ("-bkt", "s3.eu-west-1.amazonaws.com", "/-bkt"),
    ("bkt-", "s3.eu-west-1.amazonaws.com", "/bkt-"),
  ])
  func `A bucket has a host of its own where its name can be one`(
    bucket: String, host: String, path: String
  ) {
    let place = S3Place(of: bucket, Endpoint(of: .s3, in: Region("eu-west-1")!)!)
    #expect(place.endpoint.host == host)
    #expect(place.path == path)
  }

  @Test(arguments: [
    (false, false, "bkt.s3.ap-south-1.amazonaws.com"),
    (true, false, "bkt.s3-fips.ap-south-1.amazonaws.com"),
    (false, true, "bkt.s3.dualstack.ap-south-1.amazonaws.com"),
  ])
  func `Another region's endpoint is AWS's, of the same kind`(
    isFIPS: Bool, isDualStack: Bool, host: String
  ) async throws {
    let request = try await withWorker { context in
      let variant = Endpoint.Variant(isFIPS: isFIPS, isDualStack: isDualStack)
      let endpoint = try #require(Endpoint(of: .s3, in: context.region, variant: variant))
      return S3Client(context, endpoint: endpoint)
        .request(Self.uri, S3Read(), in: Region("ap-south-1")!).endpoint.host
    }
    #expect(request == host)
  }
}

extension Result where Failure == AWSError {
  fileprivate var code: String? {
    guard case .failure(.service(let error)) = self else { return nil }
    return error.code
  }
}
