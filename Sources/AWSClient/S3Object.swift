import HTTPClient
import HTTPMessage
import HTTPTypes

/// An object of S3 that is being read. Dropping it ends the transfer.
public final class S3Object {
  /// The number of bytes in all; nil where S3 doesn't say.
  public let length: Int?

  private let response: StreamedResponse

  init(_ response: StreamedResponse) {
    self.response = response
    length = response.fields[.contentLength].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// The next bytes; nil at the end. Throws where the content breaks off before its end.
  public func read() async throws(AWSError) -> [UInt8]? {
    do throws(HTTPClientError) {
      return try await response.read()
    } catch {
      throw AWSError(error)
    }
  }
}
