import HTTPMessage
import Testing

@Suite struct IPAddressTests {
  // RFC 5952 §4's rules and examples; the texts agree with Python's ipaddress and inet_ntop(3).
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::A", "2001:db8::a"),
    ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:db8::0:1", "2001:db8::1"), ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:C000:201", "192.0.2.1"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
  ])
  func `an address has one text`(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
  }

  @Test(arguments: [
    "", " ", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.+4",
    "1..2.3", "1.2.3.4 ", "0x7f.1.1.1", "2130706433", "1.2.3.٤", ":", ":::", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", ":1::2", "1::2:",
    ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "+1::", "[::1]", "fe80::1%eth0",
    "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.4\0",
    String(repeating: ":", count: 5000), String(repeating: "1:", count: 5000),
  ])
  func `nothing else is one`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
    ("128.0.0.1", false), ("::", false), ("::2", false), ("1::1", false),
  ])
  func `this machine alone has a loopback address`(text: String, isLoopback: Bool) {
    #expect(IPAddress(text)?.isLoopback == isLoopback)
  }
}

@Suite struct NetworkTests {
  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("192.0.2.7/24", "192.0.2.200", true), ("192.0.2.7", "192.0.2.7", true),
    ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true),
    ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "203.0.113.9", true),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
    ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1", "::1", true),
    ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
    ("10.1.0.0/16", "::ffff:10.1.9.9", true), ("2001:db8::/128", "2001:db8::1", false),
  ])
  func `a network has the addresses that begin as it does`(
    network: String, address: String, isInside: Bool
  ) throws {
    let address = try #require(IPAddress(address))
    #expect(Network(network)?.contains(address) == isInside)
  }

  @Test(arguments: [
    ("192.0.2.7/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7/32"), ("::1", "::1/128"),
    ("2001:DB8:1:2:3::/64", "2001:db8:1:2::/64"), ("::/0", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"),
  ])
  func `its text is its first address and its length`(text: String, canonical: String) {
    #expect(Network(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
    "::/129", "::/0x1", "::/999999999999999999999", "10/8", "example.com/8", "10.0.0.0/ 8",
  ])
  func `nothing else is a network`(text: String) {
    #expect(Network(text) == nil)
  }
}
