public import HTTPMessage

/// A whole answer.
public struct ClientResponse: Sendable {
  /// The status code (RFC 9110 §15), 200 to 599.
  public let status: Int
  /// The header section of the final answer; those of interim answers and trailers are dropped.
  public let fields: FieldSection
  /// The content; empty after HEAD.
  public let body: [UInt8]
}
