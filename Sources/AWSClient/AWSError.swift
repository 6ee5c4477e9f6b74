public import JSON

/// Why a call to AWS has no result.
///
/// Small, as what the service says is elsewhere in memory: whoever makes a call keeps room for it as long as
/// that takes.
public enum AWSError: Error, Equatable, Sendable {
  /// The service answered, with an error.
  indirect case service(ServiceError)
  /// No connection: name resolution, TCP or TLS.
  case unreachable(String)
  /// No answer in time.
  case timeout
  /// An answer that is not what the API promises.
  case badAnswer(String)
  /// The call could not even be made: a fault of ours.
  case failed(String)
  /// As many calls as there may be are under way; nothing was sent.
  case overloaded
  /// Nothing to sign with; nothing was sent. All that callers may know is the name of the source that has
  /// failed, nil where none is configured: the store tells whoever runs the gateway why.
  case noCredentials(source: String?)
}

/// An error that a service answered with.
public struct ServiceError: Error, Equatable, Sendable {
  /// The error's name, sanitised: `InvalidRequestException`. The status in decimal where the answer
  /// names none.
  public var code: String
  public var message: String?
  /// The HTTP status. AWS's modelled errors are 400 whatever they mean: the code is what tells.
  public var status: Int
  public var requestID: String?
  /// The members of the error's body, for those that a service adds.
  public var members: JSONObject

  public init(
    code: String, message: String? = nil, status: Int, requestID: String? = nil,
    members: JSONObject = JSONObject()
  ) {
    self.code = code
    self.message = message
    self.status = status
    self.requestID = requestID
    self.members = members
  }
}
