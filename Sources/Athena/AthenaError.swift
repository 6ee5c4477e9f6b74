import AWSClient
import HTTPMessage
import JSON

/// Why an operation has no result.
///
/// Small, as the exception is elsewhere in memory: whoever makes a call keeps room for it as long as that takes.
public enum AthenaError: Error, Equatable, Sendable {
  /// Athena, or S3 where its outputs are, answered with an error.
  indirect case exception(AthenaException)
  case unreachable(String)
  case timeout
  case badAnswer(String)
  /// The call could not even be made.
  case failed(String)
  /// As many calls as there may be are under way; nothing was sent.
  case overloaded
  /// Nothing to sign with. The name of the source that has failed; nil where none is configured.
  case noCredentials(source: String?)
}

/// An error that Athena or S3 answered with. The code tells what it is; the HTTP status doesn't.
public struct AthenaException: Error, Equatable, Sendable {
  /// The service that answered: codes such as `AccessDenied` are common to both.
  public enum Source: Sendable {
    case athena
    case s3
  }

  public var source: Source
  public var code: String
  public var message: String?
  /// The HTTP status that it came with.
  public var status: Int
  /// InvalidRequestException's AthenaErrorCode.
  public var athenaErrorCode: String?
  /// ResourceNotFoundException's ResourceName.
  public var resourceName: String?
  public var requestID: String?
  /// How many bytes the object has, in S3's InvalidRange.
  public var objectLength: Int?

  public init(
    source: Source = .athena, code: String, message: String? = nil, status: Int = 400,
    athenaErrorCode: String? = nil, resourceName: String? = nil, requestID: String? = nil,
    objectLength: Int? = nil
  ) {
    self.source = source
    self.code = code
    self.message = message
    self.status = status
    self.athenaErrorCode = athenaErrorCode
    self.resourceName = resourceName
    self.requestID = requestID
    self.objectLength = objectLength
  }
}

extension AthenaException {
  /// The codes of errors that refuse the gateway itself: who it is, and what that one may do.
  public static let (credentialsCodes, permissionCodes) =
    (CallRefusal.credentialsCodes, CallRefusal.permissionCodes)
}

extension AthenaError {
  init(_ error: AWSError, from source: AthenaException.Source) {
    self =
      switch error {
      case .service(let error): .exception(AthenaException(error, source: source))
      case .unreachable(let reason): .unreachable(reason)
      case .timeout: .timeout
      case .badAnswer(let reason): .badAnswer(reason)
      case .failed(let reason): .failed(reason)
      case .overloaded: .overloaded
      case .noCredentials(let source): .noCredentials(source: source)
      }
  }
}

extension AthenaException {
  /// As a Content-Range has it: digits alone, where Swift's integers may have a sign.
  private static func objectLength(_ digits: String) -> Int? {
    ContentRange(field: "bytes */\(digits)")?.length
  }

  fileprivate init(_ error: ServiceError, source: Source) {
    self.init(
      source: source, code: error.code, message: error.message, status: error.status,
      athenaErrorCode: error.members["AthenaErrorCode"]?.asString,
      resourceName: error.members["ResourceName"]?.asString, requestID: error.requestID,
      objectLength: error.members["ActualObjectSize"]?.asString.flatMap(Self.objectLength))
  }
}
