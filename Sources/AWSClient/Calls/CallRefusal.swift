import HTTPClient
import HTTPMessage
import HTTPTypes
import SigV4

/// A failed call that whoever runs the gateway can mend and its callers can't: AWS refuses the gateway's own
/// identity, or something else has answered in AWS's place. Callers are not told what AWS says of the former,
/// since that may repeat secrets, and names the identity.
public struct CallRefusal: Sendable, Equatable {
  public enum Cause: Sendable, Equatable {
    /// The keys are wrong or have ended, the signature is not the expected one, or the clock is wrong.
    case credentials
    /// The identity may not do this.
    case permission
    /// What came is no answer of AWS's API.
    case foreignAnswer
  }

  public let cause: Cause
  /// As `GetCalculationExecution`.
  public let operation: String
  public let url: String
  /// What the call was signed with.
  public let maskedKeyID: String
  /// What came: AWS's code, or the status; for what is no answer at all, nothing.
  public let code: String?
  /// AWS's message, or what is wrong with the answer: a line without secrets.
  public let message: String?
  /// AWS's own id of the call.
  public let requestID: String?

  /// nil for a failure of another kind.
  init?(_ failure: CallFailure, of request: UnsignedRequest, with credentials: Credentials) {
    switch failure {
    case .service(let error, let fields):
      guard let cause = error.refusal(isHead: request.method == .head, type: fields[.contentType])
      else { return nil }
      self.cause = cause
      code = error.code
      let words = error.message?.replacing(
        credentials.accessKeyID, with: credentials.maskedKeyID)
      message =
        words?.onOneLine ?? (cause == .foreignAnswer ? Self.description(of: fields) : nil)
      requestID = error.requestID
    case .unpromised(let reason):
      (cause, code, message, requestID) = (.foreignAnswer, nil, reason, nil)
    case .transfer(let error):
      guard case .badAnswer(let reason) = error else { return nil }
      (cause, code, message, requestID) = (.foreignAnswer, nil, reason, nil)
    }
    operation = request.operation
    url = request.endpoint.origin + request.path
    maskedKeyID = credentials.maskedKeyID
  }

  private static func description(of fields: FieldSection) -> String {
    fields[.contentType].map { "of type \($0.onOneLine)" } ?? "without a type"
  }
}

extension CallRefusal {
  /// The codes with which AWS refuses who calls: as a whole, or with a `*` at their end the beginning of one.
  public static let credentialsCodes = [
    "ExpiredToken*", "UnrecognizedClient*", "InvalidClientTokenId*", "InvalidAccessKeyId",
    "InvalidToken", "MissingAuthenticationToken*", "InvalidSignature*", "IncompleteSignature*",
    "SignatureDoesNotMatch", "AuthorizationHeaderMalformed", "AuthFailure", "RequestExpired",
    "RequestTimeTooSkewed", "RequestInTheFuture",
  ]

  /// Those with which it refuses what he calls for.
  public static let permissionCodes = [
    "AccessDenied*", "NotAuthorized*", "OptInRequired", "UnauthorizedOperation",
    "AllAccessDisabled", "AccountProblem",
  ]
}

extension ServiceError {
  private static let refusals: [(cause: CallRefusal.Cause, codes: [String])] = [
    (.credentials, CallRefusal.credentialsCodes), (.permission, CallRefusal.permissionCodes),
  ]

  /// nil for an error of another kind.
  ///
  /// - Parameters:
  ///   - isHead: Whether the answer could have no body, and therefore no code.
  ///   - type: The `Content-Type` that it came with.
  func refusal(isHead: Bool = false, type: String? = nil) -> CallRefusal.Cause? {
    let named = Self.refusals.first { row in
      row.codes.contains {
        $0.last == "*" ? code.hasPrefix($0.dropLast()) : code == $0
      }
    }
    if let named { return named.cause }
    guard code == String(status) else { return nil }
    if isHead { return status == 403 ? .permission : nil }
    // AWS's own load balancers leave the name out when they can't serve.
    let isPage = type?.lowercased().hasPrefix("text/html") ?? false
    return status < 500 || isPage ? .foreignAnswer : nil
  }
}
