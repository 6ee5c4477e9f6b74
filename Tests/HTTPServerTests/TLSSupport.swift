import EventLoop
import TestCertificates

@testable import HTTPServer

/// Certificates for the tests of TLS, made once.
enum TLSFixture {
  static let certificates = TestCertificates()
  static let server = certificates.selfSigned("localhost", names: "DNS:localhost,IP:127.0.0.1")
  static let authority = certificates.selfSigned("authority")
  static let caller = certificates.signed(
    by: authority, "caller", names: "DNS:caller.example,URI:spiffe://example/caller,IP:10.0.0.1")

  static func context(
    clientAuthorities: String? = nil, clock: @escaping @Sendable () -> Instant = { .now }
  ) throws -> TLSContext {
    try TLSContext(
      TLSFiles(
        certificate: server.certificate, key: server.key, clientAuthorities: clientAuthorities),
      clock: clock)
  }
}

extension TLSPeer.Options {
  static var plain: TLSPeer.Options { TLSPeer.Options() }

  init(_ identity: TestCertificates.Identity) {
    self.init()
    self.identity = (identity.certificate, identity.key)
  }
}
