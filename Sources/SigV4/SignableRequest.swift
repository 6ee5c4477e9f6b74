/// What of a request is signed, in the form in which it is sent.
public struct SignableRequest: Sendable {
  /// `POST`
  public var method: String

  /// The path as on the request line, percent-encoded where it has to be: `/`, `/bucket/a%20key`.
  public var path: String

  /// The query as on the request line, without its `?`; empty if there is none.
  public var query: String

  /// The fields in the order in which they are sent, `Host` and `X-Amz-Date` among them.
  public var headers: [(name: String, value: String)]

  /// The SHA-256 of the body in lower-case hexadecimal, or `UNSIGNED-PAYLOAD` where the service
  /// allows that.
  public var payloadHash: String

  public init(
    method: String, path: String, query: String = "", headers: [(name: String, value: String)],
    payloadHash: String
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.payloadHash = payloadHash
  }
}
