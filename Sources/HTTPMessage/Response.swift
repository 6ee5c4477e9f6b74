public import HTTPTypes

/// A response (RFC 9110 §3.4). The server adds message framing, `Date` and `Connection`.
public struct Response {
  public enum Content {
    case none
    case bytes([UInt8])
    /// Written piece by piece, and never asked for by a HEAD.
    /// - Parameters:
    ///   - length: The number of bytes in all where it is known; else the content is chunked.
    ///   - write: Writes the content. What it throws aborts the connection, so that the peer can't
    ///     take a part for the whole.
    case stream(length: Int?, write: (any ContentWriter) async throws -> Void)
  }

  public var status: HTTPResponse.Status
  public var fields: HTTPFields
  /// What goes behind the fields, as it does on other answers.
  public var standing = StandingFields.none
  public var content: Content
  /// Who wants to know how it went.
  public var observer: (any DeliveryObserver)?

  public init(
    status: HTTPResponse.Status, fields: HTTPFields = [:], content: Content = .none,
    observer: (any DeliveryObserver)? = nil
  ) {
    self.status = status
    self.fields = fields
    self.content = content
    self.observer = observer
  }
}

/// Where a streamed response goes.
public protocol ContentWriter: AnyObject {
  /// Sends the bytes, and returns when the peer has taken enough for more to be welcome.
  func write(_ bytes: [UInt8]) async throws
}
