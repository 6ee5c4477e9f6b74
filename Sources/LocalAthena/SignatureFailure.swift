import Cryptography
import HTTPMessage
import SigV4

/// What is wrong with a request's signature; the two services say it in their own codes.
enum SignatureFailure: Error {
  case missing
  /// A part of it is absent or can't be read.
  case incomplete(String)
  /// A field that has to be signed is not.
  case unsigned(String)
  /// It was made for another service or day.
  case scope(String)
  /// It is too old, or of the future.
  case skewed(String)
  case unknownKey
  case unknownToken
  case mismatch
}

extension SignatureCheck {
  /// Checks a call of Athena, whose signature covers the body whatever its fields say.
  static func athena(_ request: Request, _ body: [UInt8]) throws(ServiceError) {
    let check = SignatureCheck(
      request: request, service: "athena", pathRule: .standard,
      payloadHash: SHA256.hash(body).hex)
    do throws(SignatureFailure) {
      try check.verify(now: SigningTime(secondsSince1970: WallClock.seconds))
    } catch {
      throw error.ofAthena
    }
  }

  /// Checks a call of S3, which wants the body's hash in a field.
  static func s3(_ request: Request, _ body: [UInt8]) throws(S3Error) {
    let hash = request.fields[.amzContentSHA256]
    let check = SignatureCheck(
      request: request, service: "s3", pathRule: .s3, payloadHash: hash ?? "")
    do throws(SignatureFailure) {
      try check.verify(now: SigningTime(secondsSince1970: WallClock.seconds))
    } catch {
      throw error.ofS3
    }
    guard let hash else {
      throw S3Error(
        code: "InvalidRequest",
        message: "Missing required header for this request: x-amz-content-sha256", status: 400)
    }
    guard hash == "UNSIGNED-PAYLOAD" || hash == SHA256.hash(body).hex else {
      throw S3Error(
        code: "XAmzContentSHA256Mismatch",
        message:
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        status: 400)
    }
  }
}

extension SignatureFailure {
  fileprivate var ofAthena: ServiceError {
    switch self {
    case .missing:
      .frontDoor("MissingAuthenticationTokenException", "Missing Authentication Token")
    case .incomplete(let message): .frontDoor("IncompleteSignatureException", message)
    case .unsigned(let name):
      .frontDoor(
        "InvalidSignatureException",
        "'\(name.shortened)' must be a 'SignedHeader' in the AWS Authorization.")
    case .scope(let message), .skewed(let message):
      .frontDoor("InvalidSignatureException", message)
    case .unknownKey, .unknownToken:
      .frontDoor(
        "UnrecognizedClientException", "The security token included in the request is invalid.")
    case .mismatch:
      .frontDoor(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your "
          + "AWS Secret Access Key and signing method. Consult the service documentation for "
          + "details.")
    }
  }

  fileprivate var ofS3: S3Error {
    switch self {
    case .missing: .accessDenied()
    case .incomplete(let message), .scope(let message):
      S3Error(
        code: "AuthorizationHeaderMalformed",
        message: "The authorization header is malformed; \(message)", status: 400)
    case .unsigned:
      .accessDenied("There were headers present in the request which were not signed")
    case .skewed:
      S3Error(
        code: "RequestTimeTooSkewed",
        message: "The difference between the request time and the current time is too large.",
        status: 403)
    case .unknownKey:
      S3Error(
        code: "InvalidAccessKeyId",
        message: "The AWS Access Key Id you provided does not exist in our records.", status: 403)
    case .unknownToken:
      S3Error(
        code: "InvalidToken",
        message: "The provided token is malformed or otherwise invalid.", status: 400)
    case .mismatch:
      S3Error(
        code: "SignatureDoesNotMatch",
        message: "The request signature we calculated does not match the signature you provided. "
          + "Check your key and signing method.", status: 403)
    }
  }
}

extension AuthorizationField.ParsingError {
  /// In AWS's words where they are known.
  var message: String {
    switch self {
    case .unsupportedAlgorithm: "Unsupported AWS 'algorithm': AWS4-HMAC-SHA256 is wanted."
    case .malformedParameter:
      "A key=value pair is missing its equal-sign in the Authorization header."
    case .unknownParameter:
      "Authorization header has a parameter other than 'Credential', 'SignedHeaders' and 'Signature'."
    case .duplicateParameter: "Authorization header has a parameter twice."
    case .missingParameter:
      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters."
    case .malformedCredential:
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
    case .malformedSignedHeaders:
      "SignedHeaders must be sorted names in lower case with ';' between them."
    case .malformedSignature: "Signature must be 64 lower-case hexadecimal digits."
    }
  }
}
