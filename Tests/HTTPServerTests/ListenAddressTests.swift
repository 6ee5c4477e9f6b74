import Testing

@testable import HTTPServer

@Suite struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("127.9.9.9:0", "127.9.9.9", 0, true),
    ("0.0.0.0:65535", "0.0.0.0", 65535, false), ("10.0.0.1:80", "10.0.0.1", 80, false),
    ("[::1]:80", "::1", 80, true), ("[::]:80", "::", 80, false),
    ("[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80, false),
    ("localhost:80", "localhost", 80, true),
  ])
  func `a host and a port are read, and written as they were`(
    text: String, host: String, port: UInt16, isLoopback: Bool
  ) throws {
    let address = try ListenAddress(parsing: text)
    guard case .internet(let resolved) = address else { throw NeverHappened() }
    #expect(resolved.host == host)
    #expect(address.port == port)
    #expect(address.isLoopback == isLoopback)
    #expect(address.description == text)
    let other = address.with(port: 0x1234)
    #expect(other.description.hasSuffix(":4660"))
    #expect(try other.bytes == ListenAddress(host: host, port: 0x1234).bytes)
  }

  @Test(arguments: [
    "", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
    "127.0.0.1:80 ", "127.0.0.1:0x50", "127.0.0.1:٨٠", "::1:80", "[]:80", "[::1]", "[::1]80",
    "[127.0.0.1]:80", "[localhost]:80", "[::1:80", "::1]:80", "http://127.0.0.1:80",
  ])
  func `what has another form is refused by name`(text: String) {
    #expect(throws: ListenAddress.Problem.form(text)) { try ListenAddress(parsing: text) }
  }

  @Test(arguments: ["s", "/run/a b", "8080", "//x:80", String(repeating: "é", count: 53) + "s"])
  func `a path is taken as it is, and only this machine reaches it`(path: String) throws {
    let address = try ListenAddress(parsing: "unix:" + path)
    guard case .unix(path) = address else { throw NeverHappened() }
    #expect(address.isLoopback)
    #expect(address.port == nil)
    #expect(address.description == "unix:" + path)
    #expect(address.with(port: 7).description == address.description)
  }

  @Test(arguments: ["", String(repeating: "é", count: 54)])
  func `a path that no socket can have is the problem that is named`(path: String) {
    #expect(throws: ListenAddress.Problem.path(path)) {
      try ListenAddress(parsing: "unix:" + path)
    }
  }

  @Test func `a host that can't be resolved is refused with the system's reason`() {
    let error = #expect(throws: ListenAddress.Problem.self) {
      try ListenAddress(parsing: "256.256.256.256.invalid:80")
    }
    guard case .unresolvable("256.256.256.256.invalid", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
