import HTTPClient
import HTTPMessage
import HTTPTypes

/// An object of S3 that is being read. Dropping it ends the transfer.
public final class S3Object {
  /// The number of bytes in all; nil where S3 doesn't say.
  public let length: Int?

  private let response: StreamedResponse
  private let isHead: Bool
  private var received = 0

  /// Refuses an answer that S3 did not give, such as the page of a captive portal, and one whose content
  /// has no declared end: cut short, it would look whole.
  init(_ response: StreamedResponse, headOnly: Bool) throws(CallFailure) {
    guard response.fields.contains(.amzRequestID) else {
      throw .unpromised("it lacks x-amz-request-id, which every answer of S3 has")
    }
    self.response = response
    isHead = headOnly
    let lengths = response.fields.values(of: .contentLength)
    let isChunked = response.fields[.transferEncoding]?.lowercased() == "chunked"
    length = lengths.first.flatMap { Int($0) }
    let isDeclared = lengths.count == 1 && length ?? -1 >= 0 && !isChunked
    guard isDeclared || lengths.isEmpty && (isChunked || headOnly) else {
      throw .unpromised("the content of a GetObject has no declared end")
    }
  }

  /// The next bytes; nil at the end. Throws where the content breaks off before its end.
  public func read() async throws(AWSError) -> [UInt8]? {
    let bytes: [UInt8]?
    do throws(HTTPClientError) {
      bytes = try await response.read()
    } catch {
      throw AWSError(error)
    }
    received += bytes?.count ?? 0
    guard let length, !isHead, bytes == nil ? received != length : received > length else {
      return bytes
    }
    throw .badAnswer("the content of a GetObject has \(received) bytes, and declared \(length)")
  }
}
