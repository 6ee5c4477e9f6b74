/// Where a bucket is: AWS has a host for each, an operator's endpoint has all of them on one.
struct S3Place {
  let endpoint: Endpoint
  /// What stands before the slash and the key.
  let path: String

  init(of bucket: String, _ endpoint: Endpoint) {
    let isVirtualHosted = !endpoint.isCustom && Self.isHostLabel(bucket)
    self.endpoint = isVirtualHosted ? endpoint.prefixed(by: bucket) : endpoint
    path = isVirtualHosted ? "" : "\(endpoint.basePath)/\(bucket)"
  }

  /// The path of the bucket itself.
  var bucketPath: String { path.isEmpty ? "/" : path }

  /// botocore's `aws.isVirtualHostableS3Bucket`. A dot would be one that no certificate covers; such a
  /// bucket, and one that is older than the rules for names, stands in the path.
  private static func isHostLabel(_ bucket: String) -> Bool {
    bucket.utf8.allSatisfy(Self.isLabelByte) && !bucket.hasPrefix("-") && !bucket.hasSuffix("-")
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
