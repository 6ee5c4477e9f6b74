/// `s3://bucket/key`, the key as it is: not percent-encoded.
public struct S3URI: Sendable, Equatable {
  public let bucket: String
  public let key: String

  /// nil for what names no object. The bucket is held to S3's naming rules, since it becomes a part of a
  /// host name; the key may be any text.
  public init?(_ text: String) {
    // Bytes, since a combining mark makes one Character of itself and the slash before it.
    let scheme = text.utf8.prefix(5)
    // A scheme's letters have no case (RFC 3986 §3.1).
    guard scheme.elementsEqual("s3://".utf8) || scheme.elementsEqual("S3://".utf8) else {
      return nil
    }
    let rest = text.utf8.dropFirst(5)
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    self.init(
      bucket: String(Substring(rest[..<slash])),
      key: String(Substring(rest[rest.index(after: slash)...])))
  }

  public init?(bucket: String, key: String) {
    guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte),
      !bucket.hasPrefix("."), !bucket.hasSuffix("."), !bucket.contains(".."),
      (1...1024).contains(key.utf8.count)
    else { return nil }
    self.bucket = bucket
    self.key = key
  }

  private static func isBucketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
