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

  var method: HTTPRequest.Method
  var path: String
  var query: String?
  var authority: String?
  var fields: FieldSection
  var framing: Framing
  /// RFC 9110 §10.1.1: the peer waits for `100 Continue` before it sends the content.
  var expectsContinue: Bool
  var isHTTP10: Bool
  /// RFC 9112 §9.3: whether another request may follow on the connection.
  var persists: Bool
}
