import COpenSSL
import EventLoop
import HTTPMessage
import HTTPTypes
import TestCertificates
import Testing

@testable import HTTPServer

extension LiveServerTests {
  @Suite struct TLSHandshakeTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Answers with how the request came.
    private let tell: TestHandler = { request in
      let peer = request.clientCertificate
      let names = peer.map { "\($0.subject) \($0.alternativeNames)" } ?? "nobody"
      return Response(status: .ok, content: .bytes(Array("\(request.scheme) \(names)".utf8)))
    }

    private func answer(_ client: Client) throws -> String {
      try client.send(Self.get)
      return text(try client.answer().content)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A request says that it came over TLS, and from nobody that is known`(version: Int32)
      async throws
    {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        let client = try Client(server, tls: .init(version: version))
        #expect(try answer(client) == "https nobody")
        #expect(try answer(client) == "https nobody")
        client.close()
      }
    }

    @Test(arguments: [TLS1_1_VERSION, TLS1_VERSION])
    func `Versions below 1.2 are refused`(version: Int32) async throws {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        #expect(throws: Client.Failure.self) {
          _ = try Client(server, tls: .init(version: version))
        }
      }
    }

    @Test func `HTTP/1.1 is chosen from what a peer offers, and needs no offer`() async throws {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        for offer in [[], ["http/1.1"], ["h2", "http/1.1"], ["http/1.1", "h2"]] {
          let client = try Client(server, tls: .init(protocols: offer))
          #expect(try answer(client) == "https nobody")
          client.close()
        }
        for offer in [["h2"], ["http/1.0"], ["http/1.1x"], ["h3", "http/1."]] {
          // no_application_protocol (RFC 7301 §3.2)
          #expect(throws: Client.Failure.alert(120)) {
            _ = try Client(server, tls: .init(protocols: offer))
          }
        }
      }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `A session is resumed, with the certificate that was shown in it`(version: Int32)
      async throws
    {
      let context = try TLSFixture.context(clientAuthorities: TLSFixture.authority.certificate)
      try await withServer(tls: context, handler: tell) { server in
        var options = TLSPeer.Options(TLSFixture.caller)
        options.version = version
        let first = try Client(server, tls: options)
        let told = try answer(first)
        #expect(first.tls?.wasResumed == false)
        options.session = first.tls?.session()
        defer { SSL_SESSION_free(options.session) }
        first.tls?.close()
        first.close()
        let second = try Client(server, tls: options)
        #expect(second.tls?.wasResumed == true)
        #expect(try answer(second) == told)
        second.close()
      }
    }

    @Test func `A client is known by its certificate`() async throws {
      let context = try TLSFixture.context(clientAuthorities: TLSFixture.authority.certificate)
      try await withServer(tls: context, handler: tell) { server in
        let known = try Client(server, tls: .init(TLSFixture.caller))
        #expect(
          try answer(known) == "https CN=caller "
            + #"[HTTPMessage.ClientCertificate.AlternativeName.dns("caller.example"), "#
            + #"HTTPMessage.ClientCertificate.AlternativeName.uri("spiffe://example/caller")]"#)
        known.close()
        let unknown = try Client(server, tls: .plain)
        #expect(try answer(unknown) == "https nobody")
        unknown.close()
      }
    }

    @Test func `A certificate of an authority that is not listed, or an expired one, is refused`()
      async throws
    {
      let (certificates, authority) = (TLSFixture.certificates, TLSFixture.authority)
      let stranger = certificates.selfSigned("stranger")
      let expired = certificates.signed(by: authority, "expired", days: -1)
      let context = try TLSFixture.context(clientAuthorities: authority.certificate)
      try await withServer(tls: context, handler: tell) { server in
        // unknown_ca and certificate_expired (RFC 8446 §6.2)
        for (identity, alert) in [(stranger, Int32(48)), (expired, Int32(45))] {
          for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            var options = TLSPeer.Options(identity)
            options.version = version
            // In TLS 1.3 a client is through before the server has judged.
            #expect(throws: Client.Failure.alert(alert)) {
              _ = try answer(Client(server, tls: options))
            }
          }
        }
      }
    }

    @Test func `A certificate that nobody asked for is not shown`() async throws {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        let client = try Client(server, tls: .init(TLSFixture.caller))
        #expect(try answer(client) == "https nobody")
        client.close()
      }
    }

    @Test func `A reload is for new connections, and old ones go on`() async throws {
      let certificates = TestCertificates()
      let first = certificates.selfSigned("server")
      let context = try TLSContext(TLSFiles(certificate: first.certificate, key: first.key))
      try await withServer(tls: context, handler: tell) { server in
        let old = try Client(server, tls: .plain)
        #expect(try answer(old) == "https nobody")
        let options = TLSPeer.Options(session: old.tls?.session())
        defer { SSL_SESSION_free(options.session) }
        _ = certificates.selfSigned("server")
        try context.reload()
        let new = try Client(server, tls: .plain)
        #expect(new.tls?.serialNumber != old.tls?.serialNumber)
        for client in [old, new, old] { #expect(try answer(client) == "https nobody") }
        // A ticket from before is not good any more, and no reason to fail.
        let resuming = try Client(server, tls: options)
        #expect(resuming.tls?.wasResumed == false)
        #expect(try answer(resuming) == "https nobody")
        for client in [old, new, resuming] { client.close() }
      }
    }

    @Test func `A reload of broken files changes nothing`() async throws {
      let certificates = TestCertificates()
      let first = certificates.selfSigned("server")
      let context = try TLSContext(TLSFiles(certificate: first.certificate, key: first.key))
      try await withServer(tls: context, handler: tell) { server in
        let before = try Client(server, tls: .plain)
        _ = certificates.write("-----BEGIN CERTIFICATE-----\n", to: "server.pem")
        #expect(throws: TLSFilesError.self) { try context.reload() }
        let after = try Client(server, tls: .plain)
        #expect(after.tls?.serialNumber == before.tls?.serialNumber)
        #expect(try answer(after) == "https nobody")
        for client in [before, after] { client.close() }
      }
    }

    // MARK: Peers that don't play along

    @Test(arguments: ["", "\u{16}\u{3}\u{1}"])
    func `A handshake that does not end is closed in silence`(begin: String) async throws {
      var limits = Limits()
      limits.handshakeDeadline = .milliseconds(100)
      try await withServer(limits: limits, tls: TLSFixture.context(), handler: tell) { server in
        let client = try Client(server)
        try client.send(begin)
        #expect(client.isClosed())
      }
    }

    @Test func `The handshake's deadline is one for all of it, and ends with it`() async throws {
      var limits = Limits()
      limits.handshakeDeadline = .milliseconds(300)
      try await withServer(limits: limits, tls: TLSFixture.context(), handler: tell) { server in
        let finished = try Client(server, tls: .plain)
        let slow = try Client(server)
        // A ClientHello of 16 KiB, byte by byte.
        try slow.send(bytes: [22, 3, 1, 64, 0, 1, 0, 63, 252])
        let begin = Instant.now
        while Instant.now < begin + .seconds(5), !slow.hasBytes {
          try? slow.send("\0")
          await pause(.milliseconds(5))
        }
        #expect(slow.hasBytes)
        slow.close()
        #expect(try answer(finished) == "https nobody")
        finished.close()
      }
    }

    @Test func `HTTP without TLS is told to use it`() async throws {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        for method in ["GET", "POST", "HEAD", "PUT"] {
          let client = try Client(server)
          try client.send("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
          let answer = try client.answer()
          #expect(answer.status == 400)
          #expect(text(answer.content).contains("https://"))
          #expect(client.isClosed())
        }
      }
    }

    @Test func `Garbage in place of a ClientHello is refused, and the connection closed in order`()
      async throws
    {
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        for garbage in [
          "\0\0\0\0\0\0\0\0\0\0\0\0", "SSH-2.0-OpenSSH\r\n", "\u{16}\u{3}\u{1}\0\u{4}\u{1}\0\0\0",
          "\u{80}\u{2e}\u{1}\0\u{2}\0\u{15}\0\0\0\u{10}", "\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{28}",
          "\u{17}\u{3}\u{3}\0\u{4}abcd", String(repeating: "\u{ff}", count: 100_000),
        ] {
          let client = try Client(server)
          try client.send(garbage)
          client.finishSending()
          #expect(client.rest().end == .ended)
        }
      }
    }

    @Test func `A peer may go away at any byte of its handshake`() async throws {
      let recorded = try await recordedHello()
      try await withServer(tls: TLSFixture.context(), handler: tell) { server in
        for count in stride(from: 0, through: recorded.count, by: 7) {
          for end in [Client.close, Client.reset, Client.finishSending] {
            let client = try Client(server)
            try client.send(bytes: Array(recorded[..<count]))
            _ = try await server.connectionCount()
            end(client)()
          }
        }
        let client = try Client(server, tls: .plain)
        #expect(try answer(client) == "https nobody")
        client.close()
      }
    }

    /// The first bytes that a client sends.
    private func recordedHello() async throws -> [UInt8] {
      let context = SSL_CTX_new(TLS_client_method())
      defer { SSL_CTX_free(context) }
      let session = SSL_new(context)
      defer { SSL_free(session) }
      let (input, output) = (BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
      SSL_set_bio(session, input, output)
      SSL_connect(session)
      return [UInt8](unsafeUninitializedCapacity: BIO_ctrl_pending(output)) { buffer, count in
        BIO_read_ex(output, buffer.baseAddress, buffer.count, &count)
      }
    }
  }
}
