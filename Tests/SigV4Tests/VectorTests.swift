import Cryptography
import SigV4
import Testing

/// Each stage is held to AWS's vectors by itself, so that a failure names the stage.
@Suite(.enabled(if: !Vector.all.isEmpty, "SIGV4_VECTORS names no folder of SigV4 vectors"))
struct VectorTests {
  @Test func `all vectors are there`() {
    #expect(Vector.all.count == 38)
  }

  @Test(arguments: Vector.all)
  func `agrees with AWS at each stage`(vector: Vector) throws {
    let context = try vector.context
    let time = try #require(context.time)
    let request = try parseRequest(vector.text("request.txt"), in: context, at: time)

    let canonicalRequest = CanonicalRequest(request, pathRule: context.pathRule)
    #expect(
      try String(decoding: canonicalRequest.text, as: UTF8.self)
        == vector.text("header-canonical-request.txt"))

    let scope = CredentialScope(date: time.date, region: context.region, service: context.service)
    let stringToSign = canonicalRequest.stringToSign(at: time, scope: scope)
    #expect(
      try String(decoding: stringToSign, as: UTF8.self) == vector.text("header-string-to-sign.txt"))

    let key = SigningKey(
      credentials: Credentials(
        accessKeyID: context.credentials.accessKeyId,
        secretAccessKey: context.credentials.secretAccessKey,
        sessionToken: context.credentials.token),
      scope: scope)
    #expect(try key.signature(of: stringToSign).hex == vector.text("header-signature.txt"))

    let field = key.authorization(for: request, at: time, pathRule: context.pathRule)
    #expect(
      try vector.text("header-signed-request.txt").contains("\nAuthorization:\(field.value)\n"))
  }

  @Test(arguments: Vector.all)
  func `verifies what AWS has signed`(vector: Vector) throws {
    let context = try vector.context
    let time = try #require(context.time)
    let lines = try vector.text("header-signed-request.txt").split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("Authorization:") })
    let field = try AuthorizationField(parsing: String(line.dropFirst("Authorization:".count)))
    let request = try parseRequest(vector.text("request.txt"), in: context, at: time)

    let canonicalRequest = try #require(
      CanonicalRequest(
        request, signedHeaders: field.signedHeaders, pathRule: context.pathRule))
    let key = SigningKey(
      credentials: Credentials(
        accessKeyID: field.accessKeyID, secretAccessKey: context.credentials.secretAccessKey),
      scope: field.scope)
    #expect(
      key.signature(of: canonicalRequest.stringToSign(at: time, scope: field.scope))
        == field.signature)
  }
}
