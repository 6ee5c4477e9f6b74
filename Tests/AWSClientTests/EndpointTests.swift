import Testing

@testable import AWSClient

struct EndpointTests {
  /// botocore's endpoints.
  @Test(arguments: [
    ("eu-west-1", "aws", "athena.eu-west-1.amazonaws.com"),
    ("us-east-1", "aws", "athena.us-east-1.amazonaws.com"),
    ("mars-north-9", "aws", "athena.mars-north-9.amazonaws.com"),
    ("cn-north-1", "aws-cn", "athena.cn-north-1.amazonaws.com.cn"),
    ("us-gov-west-1", "aws-us-gov", "athena.us-gov-west-1.amazonaws.com"),
    ("us-iso-east-1", "aws-iso", "athena.us-iso-east-1.c2s.ic.gov"),
    ("us-isob-east-1", "aws-iso-b", "athena.us-isob-east-1.sc2s.sgov.gov"),
    ("eu-isoe-west-1", "aws-iso-e", "athena.eu-isoe-west-1.cloud.adc-e.uk"),
    ("us-isof-south-1", "aws-iso-f", "athena.us-isof-south-1.csp.hci.ic.gov"),
    ("eusc-de-east-1", "aws-eusc", "athena.eusc-de-east-1.amazonaws.eu"),
  ])
  func `A region has an endpoint in its partition`(name: String, partition: String, host: String)
    throws
  {
    let region = try #require(Region(name))
    let endpoint = try #require(Endpoint(of: .athena, in: region))
    #expect(Partition(region: name).name == partition)
    #expect(endpoint.host == host)
    #expect(endpoint.description == "https://\(host)")
    #expect(!endpoint.isCustom)
  }

  @Test(arguments: [
    ("http://localhost:4566", "http://localhost:4566", "localhost:4566", ""),
    ("HTTP://LocalHost:80/", "http://localhost", "localhost", ""),
    ("https://a.b:443", "https://a.b", "a.b", ""),
    ("https://a.b:80", "https://a.b:80", "a.b:80", ""),
    ("http://a.b:00080", "http://a.b", "a.b", ""),
    ("https://a.b/Base/path//", "https://a.b", "a.b", "/Base/path"),
    ("http://[::1]:4566/x", "http://[::1]:4566", "[::1]:4566", "/x"),
    ("http://[::1]", "http://[::1]", "[::1]", ""),
  ])
  func `An operator's endpoint is taken apart`(
    url: String, origin: String, host: String, basePath: String
  ) throws {
    let endpoint = try Endpoint(parsing: url)
    #expect(endpoint.origin == origin)
    #expect(endpoint.host == host)
    #expect(endpoint.basePath == basePath)
    #expect(endpoint.isCustom)
  }

  @Test(arguments: [
    "", "localhost", "ftp://a", "http://", "http:///x", "http://a:", "http://a:0", "http://a:65536",
    "http://a:+1", "http://a:b", "http://a b", "http://a/?q", "http://a/#f", "http://é",
    "http://127.1", "http://2130706433", "http://0x7f000001", "http://127.0.0.01",
    "http://1.2.3.256",
    "http://127.0.0.1.", "http://a..b", "http://a%41", "http://a::1", "http://[]", "http://[::1]x",
    "http://:80", "http://a\\b",
  ])
  func `Anything else is none`(url: String) {
    #expect(throws: Endpoint.Problem(url: url)) { try Endpoint(parsing: url) }
  }

  @Test func `A password is not repeated`() {
    let problem = #expect(throws: Endpoint.Problem.self) {
      try Endpoint(parsing: "https://user:secret@host")
    }
    #expect(problem?.description.contains("secret") == false)
    #expect(Endpoint.Problem(url: "ftp://a").description.contains("'ftp://a'"))
  }

  @Test func `A bucket's own host stands before the endpoint's`() {
    let endpoint = Endpoint(of: .s3, in: Region("eu-west-1")!)!.prefixed(by: "bkt")
    #expect(endpoint.origin == "https://bkt.s3.eu-west-1.amazonaws.com")
    #expect(endpoint.host == "bkt.s3.eu-west-1.amazonaws.com")
  }
}
