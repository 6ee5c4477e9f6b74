/// Why there is no answer. The texts are libcurl's own words or the rule that was broken; they hold
/// neither the URL's path and query nor any field.
public enum HTTPClientError: Error, Equatable, Sendable {
  /// The host's name has no address.
  case resolve(String)
  /// No connection within the connect deadline, TLS handshake included: nothing was sent.
  case connect(String)
  /// No TLS, or the certificate was not accepted: nothing was sent.
  case tls(String)
  /// The proxy that leads to the host is not there, or does not let the request through: nothing was sent
  /// to the host.
  case proxy(String)
  /// The request's deadline has passed, or a stream has stalled.
  case timeout(String)
  /// The content is longer than this many bytes.
  case tooLarge(limit: Int)
  /// The header lines are longer than this many bytes.
  case headTooLarge(limit: Int)
  /// The connection ended before the answer did.
  case cutShort(String)
  /// The answer is not HTTP as RFC 9112 has it.
  case badAnswer(String)
  /// The request breaks a rule: nothing was sent.
  case invalidRequest(String)
  /// As many transfers of its kind as there may be are under way: nothing was sent.
  case overloaded(limit: Int)
  /// The client or the stream was closed, or the task that waited was cancelled.
  case closed
  /// libcurl failed for a reason of its own: its number and its words.
  case failed(code: UInt32, String)
}
