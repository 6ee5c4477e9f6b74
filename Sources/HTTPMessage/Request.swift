public import HTTPTypes

/// A request (RFC 9110 §3.4) whose head is complete; its content is read on demand.
// A class, since each step of an answer holds it: a struct of this size is copied to each of them, with a
// reference count for every field.
public final class Request {
  public let method: HTTPRequest.Method
  /// The path of the target, percent-encoded as it was sent; begins with `/`, or is `*`.
  public let path: String
  /// What followed the target's `?`; nil without one.
  public let query: String?
  /// `http` or `https`: how this message came.
  public let scheme: String
  /// The target's authority, else the `Host` field (RFC 9112 §3.3); nil in an HTTP/1.0 request without one.
  public let authority: String?
  public let fields: FieldSection
  /// Who sent it, or passed it on; nil for one that came over a unix socket.
  public let peer: IPAddress?
  /// Whom TLS has proved the peer to be; nil for one that showed no certificate.
  public let clientCertificate: ClientCertificate?
  public let body: any RequestBody
  /// nil for a request that no server has received.
  public let waiting: (any RequestWaiting)?

  public init(
    method: HTTPRequest.Method, path: String, query: String? = nil, scheme: String = "http",
    authority: String? = nil, fields: FieldSection = FieldSection(),
    peer: IPAddress? = nil, clientCertificate: ClientCertificate? = nil,
    body: any RequestBody = BufferedBody([]),
    waiting: (any RequestWaiting)? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.scheme = scheme
    self.authority = authority
    self.fields = fields
    self.peer = peer
    self.clientCertificate = clientCertificate
    self.body = body
    self.waiting = waiting
  }
}

/// The content of a request. Nothing is read from the peer, and no `100 Continue` sent, before it is asked for.
public protocol RequestBody: AnyObject {
  /// Reads all of it.
  ///
  /// - Throws: `contentTooLarge` past the limit (in bytes), and what else breaks off a body.
  func collect(upTo limit: Int) async throws(Refusal) -> [UInt8]
}

/// A body that is at hand.
public final class BufferedBody: RequestBody {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  public func collect(upTo limit: Int) async throws(Refusal) -> [UInt8] {
    guard bytes.count <= limit else { throw .contentTooLarge(limit: limit) }
    return bytes
  }
}
