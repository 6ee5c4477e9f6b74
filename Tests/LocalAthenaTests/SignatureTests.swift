import JSON
import SigV4
import Testing

@testable import LocalAthena

/// Requests that are signed wrong, each in one way.
@Suite struct SignatureTests {
  private static let input = #"{"CalculationExecutionId":"c-1"}"#

  /// A call that is signed well but for what `change` does.
  private static func signed(
    _ change: (inout TestRequest.Signature) -> Void = { _ in }
  ) -> TestRequest {
    .athena("GetCalculationExecution", input, signing: change)
  }

  /// A call whose `Authorization` is changed afterwards.
  private static func altered(_ change: (String) -> String) -> TestRequest {
    var request = signed()
    request["Authorization"] = change(request["Authorization"])
    return request
  }

  private static func time(_ seconds: Int) -> SigningTime {
    SigningTime(secondsSince1970: WallClock.seconds + seconds)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: @Sendable () -> TestRequest
    let type: String
    let message: String

    init(
      _ description: String, _ type: String, _ message: String,
      _ request: @escaping @Sendable () -> TestRequest
    ) {
      (testDescription, self.request, self.type, self.message) =
        (description, request, type, message)
    }
  }

  static let mismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    + "Secret Access Key and signing method. Consult the service documentation for details."

  static let wrong = [
    Case("no signature", "MissingAuthenticationTokenException", "Missing Authentication Token") {
      signed().without("Authorization")
    },
    Case("another algorithm", "IncompleteSignatureException", "Unsupported AWS 'algorithm'") {
      altered { "AWS4-HMAC-SHA1" + $0.dropFirst(16) }
    },
    Case("no signed headers", "IncompleteSignatureException", "requires 'Credential'") {
      altered { $0.replacing(#/SignedHeaders=[^,]*, /#, with: "") }
    },
    Case("a short credential", "IncompleteSignatureException", "exactly 5 slash-delimited") {
      altered { $0.replacing("/aws4_request", with: "") }
    },
    Case("a short signature", "IncompleteSignatureException", "64 lower-case") {
      altered { String($0.dropLast()) }
    },
    Case("no date", "IncompleteSignatureException", "'X-Amz-Date' or a 'Date' header") {
      signed().without("X-Amz-Date")
    },
    Case("no real date", "IncompleteSignatureException", "ISO-8601 'basic format'. Got '2026'") {
      signed().with("X-Amz-Date", "2026")
    },
    Case(
      "another terminator", "InvalidSignatureException",
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."
    ) { altered { $0.replacing("/aws4_request", with: "/aws5_request") } },
    Case(
      "another service", "InvalidSignatureException",
      "Credential should be scoped to correct service: 'athena'."
    ) { signed { $0.service = "s3" } },
    Case("no region", "InvalidSignatureException", "scoped to a valid region") {
      signed { $0.region = "EU west" }
    },
    Case(
      "another day's scope", "InvalidSignatureException",
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        + "'20200101' != '"
    ) { signed { $0.date = "20200101" } },
    Case("too old", "InvalidSignatureException", "- 15 min.)") {
      signed { $0.time = time(-15 * 60 - 5) }
    },
    Case("of the future", "InvalidSignatureException", "Signature not yet current: ") {
      signed { $0.time = time(15 * 60 + 30) }
    },
    Case(
      "an unsigned target", "InvalidSignatureException",
      "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."
    ) { signed { $0.unsigned = ["X-Amz-Target"] } },
    Case("an unsigned type", "InvalidSignatureException", "'content-type' must be a") {
      signed { $0.unsigned = ["Content-Type"] }
    },
    Case("an unsigned host", "InvalidSignatureException", "'Host' or ':authority' must be a") {
      signed { $0.unsigned = ["Host"] }
    },
    Case("a field of AWS added", "InvalidSignatureException", "'x-amz-more' must be a") {
      signed().with("X-Amz-More", "1")
    },
    Case(
      "another key", "UnrecognizedClientException",
      "The security token included in the request is invalid."
    ) {
      signed {
        $0.credentials = Credentials(
          accessKeyID: "AKIAIOSFODNN7EXAMPLE",
          secretAccessKey: LocalAthena.credentials.secretAccessKey)
      }
    },
    Case(
      "another token", "UnrecognizedClientException",
      "The security token included in the request is invalid."
    ) { signed { $0.extra = [("X-Amz-Security-Token", "t")] } },
    Case("another secret", "InvalidSignatureException", mismatch) {
      signed {
        $0.credentials = Credentials(
          accessKeyID: LocalAthena.credentials.accessKeyID, secretAccessKey: "x")
      }
    },
    Case("another body", "InvalidSignatureException", mismatch) {
      var request = signed()
      request.body = Array(#"{"CalculationExecutionId":"c-2"}"#.utf8)
      return request
    },
    Case("another host", "InvalidSignatureException", mismatch) {
      signed().with("Host", "127.0.0.1:4567")
    },
    Case("another query", "InvalidSignatureException", mismatch) {
      var request = signed()
      request.path = "/?a=b"
      return request
    },
  ]

  @Test(arguments: wrong)
  func `a call of Athena that is signed wrong gets AWS's code`(_ wrong: Case) async throws {
    try await LocalServer.with { (server) async throws in
      let response = try await server.send(wrong.request())
      #expect(response.status == 400)
      #expect(response.type == wrong.type)
      #expect(response.json["message"]?.asString?.contains(wrong.message) == true)
      #expect(response.headers["x-amzn-requestid"]?.count == 36)
    }
  }

  @Test func `an expired signature is told by how much`() async throws {
    try await LocalServer.with { (server) async throws in
      let request = Self.signed { $0.time = SigningTime(dateTime: "20260101T000000Z")! }
      let message = try await server.send(request).message
      let form =
        /Signature expired: 20260101T000000Z is now earlier than (\d{8}T\d{6}Z) \((\d{8}T\d{6}Z) - 15 min\.\)/
      let match = try #require(try form.wholeMatch(in: message))
      let (earliest, now) = (
        SigningTime(dateTime: String(match.1)), SigningTime(dateTime: String(match.2))
      )
      #expect(now!.secondsSince1970 - earliest!.secondsSince1970 == 15 * 60)
    }
  }

  @Test func `a call that is signed well arrives, from any region and nearly on time`() async throws
  {
    let requests = [
      Self.signed(), Self.signed { $0.region = "us-gov-east-1" },
      Self.signed { $0.time = Self.time(-14 * 60) },
      Self.signed { $0.time = Self.time(14 * 60) },
      Self.signed { $0.extra = [("X-Amz-Security-Token", LocalAthena.sessionToken)] },
      // Not of AWS's reading: clients add these after signing.
      Self.signed().with("amz-sdk-request", "attempt=1"),
    ]
    try await LocalServer.with { (server) async throws in
      for request in requests {
        let response = try await server.send(request)
        #expect(response.type == "ResourceNotFoundException")
      }
    }
  }

  private static let object = "/athena-local-results/demo/c-1/stdout"

  static let wrongOfS3 = [
    Case("no signature", "AccessDenied", "403") {
      TestRequest.s3("GET", object).without("Authorization")
    },
    Case("half a signature", "AuthorizationHeaderMalformed", "400") {
      TestRequest.s3("GET", object).with("Authorization", "AWS4-HMAC-SHA256 Credential=a")
    },
    Case("another service", "AuthorizationHeaderMalformed", "400") {
      TestRequest.s3("GET", object) { $0.service = "athena" }
    },
    Case("an unsigned field", "AccessDenied", "403") {
      TestRequest.s3("GET", object) { $0.unsigned = ["X-Amz-Date"] }
    },
    Case("too old", "RequestTimeTooSkewed", "403") {
      TestRequest.s3("GET", object) { $0.time = time(-16 * 60) }
    },
    Case("another key", "InvalidAccessKeyId", "403") {
      TestRequest.s3("GET", object) {
        $0.credentials = Credentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "s")
      }
    },
    Case("another token", "InvalidToken", "400") {
      TestRequest.s3("GET", object) { $0.extra = [("X-Amz-Security-Token", "t")] }
    },
    Case("another secret", "SignatureDoesNotMatch", "403") {
      TestRequest.s3("GET", object) {
        $0.credentials = Credentials(
          accessKeyID: LocalAthena.credentials.accessKeyID, secretAccessKey: "s")
      }
    },
    Case("another key of the bucket", "SignatureDoesNotMatch", "403") {
      var request = TestRequest.s3("GET", object)
      request.path = "/athena-local-results/demo/c-2/stdout"
      return request
    },
    Case("no hash", "InvalidRequest", "400") {
      TestRequest.s3("GET", object) {
        $0.payload = nil
        $0.payloadAsSigned = ""
      }
    },
    Case("another content's hash", "XAmzContentSHA256Mismatch", "400") {
      TestRequest.s3("GET", object) { $0.payload = String(repeating: "0", count: 64) }
    },
  ]

  @Test(arguments: wrongOfS3)
  func `a call of S3 that is signed wrong gets S3's code`(_ wrong: Case) async throws {
    try await LocalServer.with { (server) async throws in
      let response = try await server.send(wrong.request())
      #expect(response.status == Int(wrong.message))
      #expect(response.element("Code") == wrong.type)
      #expect(response.element("Message")?.isEmpty == false)
      #expect(response.headers["content-type"] == "application/xml")
      #expect(response.headers["x-amz-request-id"] == response.element("RequestId"))
    }
  }

  @Test func `S3 takes the empty hash and UNSIGNED-PAYLOAD`() async throws {
    let requests = [
      TestRequest.s3("GET", Self.object),
      TestRequest.s3("GET", Self.object) { $0.payload = "UNSIGNED-PAYLOAD" },
    ]
    try await LocalServer.with { (server) async throws in
      for request in requests {
        let response = try await server.send(request)
        #expect(response.element("Code") == "NoSuchKey")
      }
    }
  }
}
