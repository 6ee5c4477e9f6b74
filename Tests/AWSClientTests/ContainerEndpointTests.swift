import Testing

@testable import AWSClient

/// What botocore 1.44.5 (utils.ContainerMetadataFetcher) accepts and refuses; what only one of the two
/// accepts is marked.
struct ContainerEndpointTests {
  @Test(arguments: [
    ("https://example.com/x", "https://example.com"),
    ("HTTPS://example.com", "https://example.com"),
    ("http://localhost", "http://localhost"),
    ("http://localhost:8080/x?y=/z", "http://localhost:8080"),
    ("http://localhost?y", "http://localhost"),
    ("http://LOCALHOST/", "http://localhost"),
    ("http://127.0.0.1/", "http://127.0.0.1"),
    ("http://127.255.255.254:1/", "http://127.255.255.254:1"),
    ("http://[::1]/", "http://[::1]"),
    ("http://[0:0:0:0:0:0:0:1]:8080/", "http://[0:0:0:0:0:0:0:1]:8080"),
    ("http://169.254.170.2/v2/credentials/x", "http://169.254.170.2"),
    ("http://169.254.170.2:8080/x", "http://169.254.170.2:8080"),
    ("http://169.254.170.23/v1/credentials", "http://169.254.170.23"),
    ("http://[fd00:ec2::23]/v1/credentials", "http://[fd00:ec2::23]"),
    ("http://[FD00:EC2::23]/", "http://[fd00:ec2::23]"),
  ])
  func `https goes anywhere, http to the places beside the container`(
    url: String, origin: String
  ) throws {
    let endpoint = try ContainerEndpoint(parsing: url)
    #expect(endpoint.origin == origin)
    let rest = url.dropFirst(origin.count)
    #expect(endpoint.url == origin + rest)
  }

  @Test(arguments: [
    "http://localhost./", "http://127.1/", "http://0177.0.0.1/", "http://2130706433/",
    "http://[::2]/", "http://[::ffff:127.0.0.1]/", "http://169.254.170.3/",
    "http://169.254.169.254/", "http://169.254.170.2.example.com/", "http://[fd00:ec2:0::23]/",
    "http://example.com/", "http://127.0.0.1@example.com/", "http://example.com#@127.0.0.1/",
    "http://127.0.0.1.example.com", "http://localhost.example.com", "http://0.0.0.0/",
    "http://128.0.0.1/", "localhost/x", "http:///x", "http://", "", "http://[::1/",
    "http://lo calhost/", "http://169.254.170.2@example.com/x",
    // botocore accepts these, and most of them fail later.
    "http://example.com@127.0.0.1/", "http://example.com\\@127.0.0.1/", "http://[::1%25lo]/",
    "ftp://localhost/x", "//localhost/x", "http://localhost:99999/", "http://localhost\n/",
    "http://127.0.0.1:80:80/", "http://127.0.0.1/#x", "http://127.0.0.1/é", "http://127.0.0.1/ ",
    "http://127.0.0.1/\r\nX: y",
  ])
  func `Everything else is refused, and not repeated`(url: String) throws {
    let error = #expect(throws: ContainerEndpoint.Problem.self) {
      try ContainerEndpoint(parsing: url)
    }
    let reason = try #require(error).reason
    #expect(!reason.contains("/x") && !reason.contains("X: y"))
  }
}
