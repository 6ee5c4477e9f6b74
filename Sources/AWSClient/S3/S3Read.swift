public import HTTPMessage

/// What of an object is wanted, and under which conditions.
public struct S3Read: Sendable {
  /// Whether it is HeadObject: all but the content.
  public var headOnly: Bool
  public var range: ByteRange?
  /// The entity tag that the object must have, quotes included; S3 answers `PreconditionFailed` where it
  /// has another.
  public var ifMatch: String?
  /// The entity tag, quotes included, of the object that is not wanted.
  public var ifNoneMatch: String?

  public init(
    headOnly: Bool = false, range: ByteRange? = nil, ifMatch: String? = nil,
    ifNoneMatch: String? = nil
  ) {
    self.headOnly = headOnly
    self.range = range
    self.ifMatch = ifMatch
    self.ifNoneMatch = ifNoneMatch
  }

  /// The fields that say so. They are signed.
  var fields: [(name: String, value: String)] {
    let all = [
      ("Range", range?.description), ("If-Match", ifMatch), ("If-None-Match", ifNoneMatch),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}
