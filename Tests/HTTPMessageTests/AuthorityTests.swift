import HTTPMessage
import Testing

@Suite struct AuthorityTests {
  @Test(arguments: [
    ("example.com", "example.com", nil), ("Example.COM:80", "example.com", "80"),
    ("example.com:", "example.com", nil), ("[::1]", "[::1]", nil), ("[::1]:80", "[::1]", "80"),
    ("[::FFFF:1]:", "[::ffff:1]", nil), ("127.0.0.1:8080", "127.0.0.1", "8080"),
  ])
  func `an authority is a host and a port`(text: String, host: String, port: String?) {
    #expect(Authority(text).host == host)
    #expect(Authority(text).port == port)
  }

  @Test(arguments: [
    "localhost", "LOCALHOST:1", "127.0.0.1", "127.255.0.9:80", "[::1]", "[::1]:8080",
  ])
  func `this machine goes by a loopback name`(text: String) {
    #expect(Authority(text).isLoopback)
  }

  @Test(arguments: [
    "localhost.evil.com", "evil.localhost", "127.0.0.1.evil.com", "127.0.0.+1", "127.0.0.-0",
    "127.1", "127.0.0.256", "127.0.0.0001", "127.0.0.01", "127.00.0.1", "128.0.0.1", "0.0.0.0",
    "[::2]", "[::ffff:127.0.0.1]",
    "localhost.", "", "2130706433", "127.0.0.１",
  ])
  func `no other name is this machine's alone`(text: String) {
    #expect(!Authority(text).isLoopback)
  }
}
