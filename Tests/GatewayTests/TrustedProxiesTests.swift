import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct TrustedProxiesTests {
  private static let proxies = ["10.0.0.0/8", "192.0.2.9", "2001:db8::/32"].compactMap {
    TrustedProxies.Proxy($0)
  }

  private func unwrapped(
    _ peer: String?, _ fields: [(name: String, value: String)], unix: Bool = false
  ) -> Request {
    TrustedProxies(Self.proxies + (unix ? [.unixSocket] : [])).unwrapped(
      Request(
        method: .get, path: "/", authority: "gw.example", fields: FieldSection(fields),
        peer: peer.flatMap { IPAddress($0) }))
  }

  private static let lists: [(String, String?, String)] = [
    // Nobody is believed but a proxy.
    ("203.0.113.1", "198.51.100.1", "203.0.113.1"),
    ("203.0.113.1", "10.0.0.1", "203.0.113.1"),
    ("192.0.2.8", "198.51.100.1", "192.0.2.8"),
    ("10.0.0.1", nil, "10.0.0.1"),
    ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("2001:db8::1", "2001:db9::1", "2001:db9::1"),
    // What the caller has sent itself stands before what the proxy appends.
    ("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
    // Proxies behind proxies.
    ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
    ("10.0.0.1", "198.51.100.1 ,\t192.0.2.9,10.0.0.2", "198.51.100.1"),
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    // With ports, as some have it.
    ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
    ("10.0.0.1", "[2001:db9::1]:4711", "2001:db9::1"),
    ("10.0.0.1", "[2001:db9::1]", "2001:db9::1"),
    // What is no address ends the list.
    ("10.0.0.1", "unknown", "10.0.0.1"), ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
    ("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
    ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
    ("10.0.0.1", "198.51.100.1 203.0.113.7", "198.51.100.1"),
  ]

  @Test(arguments: lists)
  func `A request comes from the last address that is no proxy's`(
    peer: String, list: String?, expected: String
  ) {
    let fields = list.map { [(name: "X-Forwarded-For", value: $0)] } ?? []
    #expect(unwrapped(peer, fields).peer == IPAddress(expected))
  }

  @Test func `Several lines are one list`() {
    let fields = [
      (name: "X-Forwarded-For", value: "198.51.100.1"),
      (name: "x-forwarded-for", value: "10.0.0.2"),
    ]
    #expect(unwrapped("10.0.0.1", fields).peer == IPAddress("198.51.100.1"))
  }

  @Test func `Who connects by a unix socket is believed where that is said`() {
    let fields = [
      (name: "X-Forwarded-For", value: "198.51.100.1"), (name: "X-Forwarded-Proto", value: "https"),
    ]
    #expect(unwrapped(nil, fields).peer == nil)
    #expect(unwrapped(nil, fields).scheme == "http")
    #expect(unwrapped(nil, fields, unix: true).peer == IPAddress("198.51.100.1"))
    #expect(unwrapped(nil, fields, unix: true).scheme == "https")
  }

  @Test(arguments: [
    ("10.0.0.1", "https", "https"), ("10.0.0.1", "HTTPS", "https"), ("10.0.0.1", "http", "http"),
    ("10.0.0.1", "http, https", "https"), ("10.0.0.1", "https,http", "http"),
    ("10.0.0.1", "wss", "http"), ("10.0.0.1", "", "http"), ("203.0.113.1", "https", "http"),
  ])
  func `A proxy says how the request came to it`(peer: String, proto: String, scheme: String) {
    #expect(unwrapped(peer, [("X-Forwarded-Proto", proto)]).scheme == scheme)
  }

  @Test(arguments: [("10.0.0.1", nil), ("203.0.113.1", ProblemCode.origin)])
  func `A page of https is the gateway's own behind a proxy that speaks TLS for it`(
    peer: String, code: ProblemCode?
  ) async throws {
    let proxies = TrustedProxies(Self.proxies)
    try await withGateway(proxies: proxies) { gateway in
      let response = try await gateway.respond(
        to: Request(
          method: .get, path: "/", authority: "localhost",
          fields: FieldSection([
            ("Origin", "https://localhost"), ("X-Forwarded-Proto", "https"),
          ]), peer: IPAddress(peer)))
      #expect(response.json?["code"]?.asString == code?.rawValue)
    }
  }
}
