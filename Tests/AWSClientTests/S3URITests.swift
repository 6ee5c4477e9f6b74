import Testing

@testable import AWSClient

struct S3URITests {
  @Test(arguments: [
    ("s3://bkt/key", "bkt", "key"), ("S3://bkt/key", "bkt", "key"),
    ("s3://bkt/a/b/", "bkt", "a/b/"), ("s3://bkt//a", "bkt", "/a"),
    ("s3://a.b-c/../%2F é?#", "a.b-c", "../%2F é?#"), ("s3://Old_Bucket/k", "Old_Bucket", "k"),
  ])
  func `A bucket and a key, which is taken as it is`(text: String, bucket: String, key: String) {
    #expect(S3URI(text)?.bucket == bucket)
    #expect(S3URI(text)?.key == key)
  }

  @Test(arguments: [
    "", "s3:/", "s3://", "s3://bkt", "s3://bkt/", "s3:///key", "http://bkt/key",
    "s3://ab/key", "s3://a..b/key", "s3://.ab/key", "s3://ab./key", "s3://evil.com:80/key",
    "s3://user@bkt/key", "s3://b?t/key", "s3://bké/key", " s3://bkt/key",
  ])
  func `Anything else names no object`(text: String) {
    #expect(S3URI(text) == nil)
  }

  @Test func `Lengths are S3's, in bytes`() {
    #expect(S3URI(bucket: String(repeating: "b", count: 63), key: "k") != nil)
    #expect(S3URI(bucket: String(repeating: "b", count: 64), key: "k") == nil)
    #expect(S3URI(bucket: "bkt", key: String(repeating: "é", count: 512)) != nil)
    #expect(S3URI(bucket: "bkt", key: String(repeating: "é", count: 512) + "k") == nil)
  }
}
