import Athena

/// What of S3 callers may name as code that the gateway reads for them. Nothing, unless the operator says so:
/// it is read with the gateway's credentials.
public struct CodeSources: Sendable, Equatable {
  /// A bucket, or what is in one under a prefix: `s3://bucket/` or `s3://bucket/prefix/`.
  public struct Source: Sendable, Equatable, CustomStringConvertible {
    fileprivate let uri: String

    public var description: String { uri }

    /// nil for anything else. Without its slash at the end `s3://bucket/job` would have the keys
    /// `job.py` and `jobs-of-others/1.py` too.
    public init?(_ uri: String) {
      guard uri.utf8.last == UInt8(ascii: "/"), AthenaClient.isObject(uri + "x") else { return nil }
      self.uri = uri
    }
  }

  private let sources: [Source]

  public init(_ sources: [Source] = []) {
    self.sources = sources
  }

  var isEmpty: Bool { sources.isEmpty }

  /// Whether an object may be read. Keys are compared byte by byte, as S3 compares them, and the object is
  /// fetched under just that key: to S3 `..`, `//` and `%2F` are characters like any other.
  func contain(_ uri: String) -> Bool {
    sources.contains { uri.utf8.starts(with: $0.uri.utf8) }
  }
}
