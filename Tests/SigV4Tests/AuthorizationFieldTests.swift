import Cryptography
import SigV4
import Testing

@Suite struct AuthorizationFieldTests {
  static let credential = "Credential=AKID/20150830/us-east-1/athena/aws4_request"
  static let signedHeaders = "SignedHeaders=host;x-amz-date"
  static let signature = "Signature=" + String(repeating: "0f", count: 32)
  static let value = "AWS4-HMAC-SHA256 \(credential), \(signedHeaders), \(signature)"

  @Test(arguments: [
    value,
    "AWS4-HMAC-SHA256 \(credential),\(signedHeaders),\(signature)",
    "AWS4-HMAC-SHA256   \(credential) ,\t\(signedHeaders), \(signature) ",
    "AWS4-HMAC-SHA256 \(signature), \(signedHeaders), \(credential)",
  ])
  func `reads what clients of AWS send`(text: String) throws {
    let field = try AuthorizationField(parsing: text)
    #expect(field.accessKeyID == "AKID")
    #expect(field.scope.description == "20150830/us-east-1/athena/aws4_request")
    #expect(field.signedHeaders == "host;x-amz-date")
    #expect(field.signature.hex == String(repeating: "0f", count: 32))
    #expect(field.value == Self.value)
  }

  @Test(
    arguments: [
      ("", .unsupportedAlgorithm),
      ("AWS4-HMAC-SHA256", .unsupportedAlgorithm),
      ("Bearer token", .unsupportedAlgorithm),
      ("aws4-hmac-sha256 \(credential), \(signedHeaders), \(signature)", .unsupportedAlgorithm),
      ("AWS4-ECDSA-P256-SHA256 \(credential)", .unsupportedAlgorithm),
      ("AWS4-HMAC-SHA256 ", .malformedParameter),
      ("AWS4-HMAC-SHA256 \(credential), \(signedHeaders), \(signature),", .malformedParameter),
      ("AWS4-HMAC-SHA256 \(credential),, \(signedHeaders), \(signature)", .malformedParameter),
      ("AWS4-HMAC-SHA256 Credential", .malformedParameter),
      ("AWS4-HMAC-SHA256 =", .unknownParameter),
      ("AWS4-HMAC-SHA256 credential=a", .unknownParameter),
      ("AWS4-HMAC-SHA256 Credential =a", .unknownParameter),
      ("AWS4-HMAC-SHA256 \(credential) \(signedHeaders) \(signature)", .missingParameter),
      ("\(value), Expires=1", .unknownParameter),
      ("\(value), \(credential)", .duplicateParameter),
      ("\(value), \(signedHeaders)", .duplicateParameter),
      ("\(value), \(signature)", .duplicateParameter),
      ("AWS4-HMAC-SHA256 \(signedHeaders), \(signature)", .missingParameter),
      ("AWS4-HMAC-SHA256 \(credential), \(signature)", .missingParameter),
      ("AWS4-HMAC-SHA256 \(credential), \(signedHeaders)", .missingParameter),
    ] as [(String, AuthorizationField.ParsingError)])
  func `names the rule that is broken`(text: String, error: AuthorizationField.ParsingError) {
    #expect(throws: error) { try AuthorizationField(parsing: text) }
  }

  @Test(arguments: [
    "", "AKID", "AKID/20150830/us-east-1/athena", "AKID/20150830/us-east-1/athena/aws4_request/",
    "AKID/20150830/us-east-1/athena/aws4_request/x",
    "AKID/x/20150830/us-east-1/athena/aws4_request", "/20150830/us-east-1/athena/aws4_request",
    "AKID//us-east-1/athena/aws4_request", "AKID/20150830//athena/aws4_request",
    "AKID/20150830/us-east-1//aws4_request", "AKID/20150830/us-east-1/athena/",
    "AKID/20150830/us-east-1/athena/aws4", "AKID/20150830/us-east-1/athena/AWS4_REQUEST",
    "AKID/20150229/us-east-1/athena/aws4_request", "AKID/2015083/us-east-1/athena/aws4_request",
    "AKID/2015-08-30/us-east-1/athena/aws4_request",
  ])
  func `refuses a credential that is not one`(credential: String) {
    let text = "AWS4-HMAC-SHA256 Credential=\(credential), \(Self.signedHeaders), \(Self.signature)"
    #expect(throws: AuthorizationField.ParsingError.malformedCredential) {
      try AuthorizationField(parsing: text)
    }
  }

  @Test(arguments: [
    "", ";", "host;", ";host", "a;;b", "Host", "b;a", "a;a", "a b", "a:b", "é", "a=b",
  ])
  func `refuses names that are not a sorted list`(names: String) {
    let text = "AWS4-HMAC-SHA256 \(Self.credential), SignedHeaders=\(names), \(Self.signature)"
    #expect(throws: AuthorizationField.ParsingError.malformedSignedHeaders) {
      try AuthorizationField(parsing: text)
    }
  }

  @Test(arguments: [
    "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
    String(repeating: "0F", count: 32), String(repeating: "0g", count: 32),
  ])
  func `refuses a signature that is not 64 digits`(digits: String) {
    let text = "AWS4-HMAC-SHA256 \(Self.credential), \(Self.signedHeaders), Signature=\(digits)"
    #expect(throws: AuthorizationField.ParsingError.malformedSignature) {
      try AuthorizationField(parsing: text)
    }
  }

  @Test func `survives every prefix and every byte in every place`() {
    let bytes = Array(Self.value.utf8)
    for end in 0..<bytes.count {
      let prefix = String(decoding: bytes[..<end], as: UTF8.self)
      #expect(throws: AuthorizationField.ParsingError.self) {
        try AuthorizationField(parsing: prefix)
      }
      for byte in stride(from: UInt8.min, to: UInt8.max, by: 5) {
        var changed = bytes
        changed[end] = byte
        _ = try? AuthorizationField(parsing: String(decoding: changed, as: UTF8.self))
      }
    }
  }
}
