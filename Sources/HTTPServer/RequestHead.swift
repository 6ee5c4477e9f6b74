import HTTPMessage
import HTTPTypes

/// A request's head, complete and valid.
struct RequestHead {
  /// How the content is delimited (RFC 9112 §6).
  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
  }

  /// What the peer expects before it sends the content (RFC 9110 §10.1.1); an HTTP/1.0 peer's is
  /// ignored.
  enum Expectation {
    case none
    case `continue`
    case unknown
  }

  var method: HTTPRequest.Method
  var path: String
  var query: String?
  var authority: String?
  var fields: FieldSection
  var framing: Framing
  var expectation: Expectation
  var isHTTP10: Bool
  /// RFC 9112 §9.3: whether another request may follow on the connection.
  var persists: Bool
}
