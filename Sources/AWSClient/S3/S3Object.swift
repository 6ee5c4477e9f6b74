import HTTPClient
public import HTTPMessage
import HTTPTypes

/// An object of S3, or a part of one, that is being read. Dropping it ends the transfer.
public final class S3Object {
  /// The number of bytes of what is read; nil where S3 doesn't say.
  public let length: Int?
  /// Where in the object they are; nil for all of it.
  public let contentRange: ContentRange?
  /// The object's strong entity tag, quotes included; nil where S3 gives none, or a weak one.
  public let entityTag: String?

  private let response: StreamedResponse
  private let isHead: Bool
  private var received = 0

  /// Refuses an answer that S3 did not give, such as the page of a captive portal, one whose content has
  /// no declared end, as it would look whole when cut short, and one that is not the part asked for.
  init(_ response: StreamedResponse, _ read: S3Read) throws(CallFailure) {
    guard response.fields.contains(.amzRequestID) else {
      throw .unpromised("it lacks x-amz-request-id, which every answer of S3 has")
    }
    self.response = response
    isHead = read.headOnly
    let lengths = response.fields.values(of: .contentLength)
    let isChunked = response.fields[.transferEncoding]?.lowercased() == "chunked"
    length = lengths.first.flatMap { Int($0) }
    let isDeclared = lengths.count == 1 && length ?? -1 >= 0 && !isChunked
    guard isDeclared || lengths.isEmpty && (isChunked || isHead) else {
      throw .unpromised("the content of a GetObject has no declared end")
    }
    contentRange =
      response.status == 206 ? try Self.part(response.fields, read, length: length) : nil
    entityTag = response.fields[.eTag].flatMap { EntityTag.isStrong($0) ? $0 : nil }
  }

  private static func part(
    _ fields: FieldSection, _ read: S3Read, length: Int?
  ) throws(CallFailure) -> ContentRange {
    guard let part = fields[.contentRange].flatMap(ContentRange.init(field:)),
      let positions = part.positions, read.range?.positions(in: part.length) == positions,
      length == nil || length == positions.count
    else { throw .unpromised("its Content-Range is not the range that was asked for") }
    return part
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
