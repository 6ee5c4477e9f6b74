import COpenSSL
import EventLoop
import HTTPMessage
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct TicketKeysTests {
    /// A clock that stands still until it is set.
    private final class Clock: Sendable {
      private let hours = Counter()

      func pass(hours count: Int) { hours.add(count) }

      @Sendable func now() -> Instant {
        Instant(nanoseconds: 0) + .seconds(3600 * hours.value)
      }
    }

    /// Connects and asks; returns whether the session was resumed, and one to resume later.
    private func visit(
      _ server: TestServer, _ version: Int32, resuming session: OpaquePointer? = nil
    ) throws -> (wasResumed: Bool, session: OpaquePointer?) {
      let client = try Client(server, tls: .init(version: version, session: session))
      // With the first answer tickets have come.
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.answer().status == 200)
      defer {
        client.tls?.close()
        client.close()
      }
      return (client.tls?.wasResumed == true, client.tls?.session())
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A ticket is good for the day of its key and the next one`(version: Int32) async throws {
      let clock = Clock()
      try await withServer(tls: TLSFixture.context(clock: clock.now), handler: ignore) { server in
        let first = try visit(server, version)
        defer { SSL_SESSION_free(first.session) }
        #expect(!first.wasResumed)
        // At 0, 23, 24 and 47 hours.
        for hours in [0, 23, 1, 23] {
          clock.pass(hours: hours)
          let next = try visit(server, version, resuming: first.session)
          defer { SSL_SESSION_free(next.session) }
          #expect(next.wasResumed)
        }
        clock.pass(hours: 1)
        let late = try visit(server, version, resuming: first.session)
        defer { SSL_SESSION_free(late.session) }
        #expect(!late.wasResumed)
      }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A ticket of the day before is replaced by one that is good longer`(version: Int32)
      async throws
    {
      let clock = Clock()
      try await withServer(tls: TLSFixture.context(clock: clock.now), handler: ignore) { server in
        var (wasResumed, session) = try visit(server, version)
        for _ in 0..<4 {
          clock.pass(hours: 24)
          let last = session
          (wasResumed, session) = try visit(server, version, resuming: last)
          SSL_SESSION_free(last)
          #expect(wasResumed)
        }
        SSL_SESSION_free(session)
      }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `Days without a visitor let no key live on`(version: Int32) async throws {
      let clock = Clock()
      try await withServer(tls: TLSFixture.context(clock: clock.now), handler: ignore) { server in
        for hours in [48, 49, 1000] {
          let before = try visit(server, version)
          defer { SSL_SESSION_free(before.session) }
          clock.pass(hours: hours)
          let after = try visit(server, version, resuming: before.session)
          defer { SSL_SESSION_free(after.session) }
          #expect(!after.wasResumed)
        }
      }
    }

    @Test func `A ticket that was tampered with is a whole handshake`() async throws {
      try await withServer(tls: TLSFixture.context(), handler: ignore) { server in
        for position in [0, 16, 40] {
          let (_, session) = try visit(server, TLS1_2_VERSION)
          defer { SSL_SESSION_free(session) }
          var ticket: UnsafePointer<UInt8>?
          var count = 0
          SSL_SESSION_get0_ticket(session, &ticket, &count)
          #expect(count > 80)
          UnsafeMutablePointer(mutating: ticket!)[position] ^= 1
          let next = try visit(server, TLS1_2_VERSION, resuming: session)
          defer { SSL_SESSION_free(next.session) }
          #expect(!next.wasResumed)
        }
      }
    }
  }
}
