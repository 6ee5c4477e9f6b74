import AWSClient
public import HTTPMessage

/// An object of S3, or a part of one, as it comes: what a calculation wrote, or code. Dropping it ends the
/// transfer.
public final class StoredObject {
  private let object: S3Object

  init(_ object: S3Object) {
    self.object = object
  }

  /// The number of bytes of what is read; nil where S3 doesn't say.
  public var length: Int? { object.length }

  /// Where in the object they are; nil for all of it.
  public var contentRange: ContentRange? { object.contentRange }

  /// Its strong entity tag, quotes included.
  public var entityTag: String? { object.entityTag }

  /// The next bytes; nil at the end. Throws where S3 breaks off before it.
  public func read() async throws(AthenaError) -> [UInt8]? {
    do throws(AWSError) {
      return try await object.read()
    } catch {
      throw AthenaError(error, from: .s3)
    }
  }
}

extension AthenaClient {
  /// Whether the text is `s3://bucket/key`, the key as it is: not percent-encoded. In this one spelling, since
  /// such texts are compared byte by byte.
  public static func isObject(_ uri: String) -> Bool {
    uri.utf8.starts(with: "s3://".utf8) && S3URI(uri) != nil
  }

  /// Opens an object, such as one of a calculation's outputs.
  ///
  /// - Parameters:
  ///   - headOnly: Whether all but its content is wanted.
  ///   - ifMatch: The entity tag that it must have, quotes included; S3 answers `PreconditionFailed` where
  ///     it has another.
  ///   - ifNoneMatch: The entity tag of the object that is not wanted.
  /// - Returns: nil where it is the one that is not wanted.
  public func openObject(
    _ uri: String, headOnly: Bool = false, range: ByteRange? = nil, ifMatch: String? = nil,
    ifNoneMatch: String? = nil
  ) async throws(AthenaError) -> StoredObject? {
    guard let location = S3URI(uri) else {
      throw .badAnswer(
        "the place of an output is in another form than s3://bucket/key, the only one that is read")
    }
    let read = S3Read(headOnly: headOnly, range: range, ifMatch: ifMatch, ifNoneMatch: ifNoneMatch)
    do throws(AWSError) {
      return try await s3.getObject(location, read).map(StoredObject.init)
    } catch {
      throw AthenaError(error, from: .s3)
    }
  }
}
