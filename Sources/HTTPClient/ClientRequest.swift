/// A request to send.
public struct ClientRequest: Sendable {
  /// The methods (RFC 9110 §9) that the program uses.
  public enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
  }

  public var method: Method
  /// An absolute `http:` or `https:` URL in ASCII. Its path and query go out byte for byte.
  public var url: String
  /// Field lines in the order in which they are sent. `Content-Length` and `Transfer-Encoding` are
  /// the client's to write.
  public var fields: [(name: String, value: String)]
  /// The content; only POST and PUT may have any.
  public var body: [UInt8]
  /// The bytes of content that ``HTTPClient/send(_:)`` buffers; a longer answer is refused. Whoever
  /// reads a ``StreamedResponse`` counts for himself.
  public var answerLimit: Int
  /// The bytes of all header lines, those of interim answers included.
  public var headerLimit: Int
  /// The time until the whole answer is there, or, of a stream, its head.
  public var deadline: Duration
  /// Whether it goes to its host itself, whatever proxy there is: metadata services answer to the
  /// machine that asks, and what they answer with is nothing that a proxy may see.
  public var goesDirect: Bool
  /// Whether other requests wait for its answer, as for credentials: it is counted apart from them, so
  /// that they can't have it refused.
  public var isPrerequisite: Bool

  public init(
    _ method: Method, _ url: String, fields: [(name: String, value: String)] = [],
    body: [UInt8] = [], answerLimit: Int = 1 << 20, headerLimit: Int = 64 << 10,
    deadline: Duration = .seconds(15), goesDirect: Bool = false, isPrerequisite: Bool = false
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.answerLimit = answerLimit
    self.headerLimit = headerLimit
    self.deadline = deadline
    self.goesDirect = goesDirect
    self.isPrerequisite = isPrerequisite
  }
}
