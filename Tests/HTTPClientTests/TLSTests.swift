import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
  @Test func `a certificate of a known authority is accepted`() async throws {
    let server = TLSServer(name: "IP:127.0.0.1")
    let response = try await get(server, authorities: server.certificate).get()
    #expect(response.status == 200)
  }

  @Test func `a self-signed certificate is refused`() async throws {
    let server = TLSServer(name: "IP:127.0.0.1")
    try expectTLS(await get(server))
  }

  @Test func `a certificate of another name is refused`() async throws {
    let server = TLSServer(name: "DNS:elsewhere.example")
    try expectTLS(await get(server, authorities: server.certificate))
  }

  @Test func `a certificate that has expired is refused`() async throws {
    let server = TLSServer(name: "IP:127.0.0.1", days: -1)
    try expectTLS(await get(server, authorities: server.certificate))
  }

  @Test func `a certificate of another authority than the given ones is refused`() async throws {
    let (server, other) = (TLSServer(name: "IP:127.0.0.1"), TLSServer(name: "IP:127.0.0.1"))
    try expectTLS(await get(server, authorities: other.certificate))
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func `a new connection, of whichever handle, goes on with an earlier TLS session`(version: String)
    async throws
  {
    let server = TLSServer(name: "IP:127.0.0.1", options: [version])
    let url = "https://127.0.0.1:\(server.port)/"
    let other = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
      peer.waitForEnd()
    }
    // The server closes each connection.
    let pages = try await withClient(.init(userAgent: "test", authorities: server.certificate)) {
      client, _ in
      let first = await client.outcome(of: ClientRequest(.get, url)).text
      // It keeps the only handle there is, so that the next request has one of its own.
      let stream = try await client.open(ClientRequest(.get, other.url()))
      let second = await client.outcome(of: ClientRequest(.get, url)).text
      stream.close()
      return [first, second]
    }
    let isReused = pages.map { $0?.contains("\nReused, ") }
    #expect(isReused == [false, true])
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func `a body that the socket takes in many pieces arrives whole`(version: String) async throws {
    let server = TLSServer(name: "IP:127.0.0.1", options: [version])
    // It passes over all lines up to one that asks for its page.
    let lines = String(repeating: String(repeating: "x", count: 127) + "\n", count: 128 << 10)
    let body = Array((lines + "GET / HTTP/1.0\r\n\r\n").utf8)
    let outcome = try await outcome(
      of: ClientRequest(.post, "https://127.0.0.1:\(server.port)/", body: body),
      .init(userAgent: "test", authorities: server.certificate))
    #expect(try outcome.get().status == 200)
  }

  @Test(arguments: [false, true])
  func `an answer without a length is whole only where TLS says that it has ended`(isCut: Bool)
    async throws
  {
    let server = TLSServer(name: "IP:127.0.0.1", options: ["-tls1_3"])
    let port = UInt16(server.port)
    let between = RawServer { peer in
      var records = TLSRecords()
      relay(peer, Peer(connecting: port)) { bytes in
        guard isCut else { return bytes }
        for record in records.whole(with: bytes) {
          guard record.count != Self.closureAlert else {
            peer.end()
            break
          }
          peer.write(record)
        }
        return []
      }
    }
    let outcome = try await outcome(
      of: ClientRequest(.get, "https://127.0.0.1:\(between.port)/"),
      .init(userAgent: "test", authorities: server.certificate))
    guard isCut else { return #expect(try outcome.get().status == 200) }
    guard case .cutShort = outcome.error else { return #expect(outcome.error == .cutShort("")) }
  }

  /// The bytes of a closure alert: a record's head, level and description, the inner type, and AES-GCM's tag
  /// (RFC 8446 §5.2).
  private static let closureAlert = 5 + 2 + 1 + 16

  @Test func `TLS below 1.2 is refused`() async throws {
    let server = TLSServer(
      name: "IP:127.0.0.1", options: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    try expectTLS(await get(server, authorities: server.certificate))
  }

  @Test func `a server that speaks no TLS is refused`() async throws {
    let server = RawServer { $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
    try expectTLS(
      await outcome(of: ClientRequest(.get, "https://127.0.0.1:\(server.port)/")))
  }

  @Test func `a handshake that does not end meets the connect deadline`() async throws {
    let server = RawServer { $0.waitForEnd() }
    let outcome = try await outcome(
      of: ClientRequest(.get, "https://127.0.0.1:\(server.port)/"),
      .init(userAgent: "test", connectDeadline: .milliseconds(200)))
    guard case .connect = outcome.error else { return #expect(outcome.error == .connect("")) }
  }

  private func get(_ server: TLSServer, authorities: String? = nil) async throws -> Outcome {
    try await outcome(
      of: ClientRequest(.get, "https://127.0.0.1:\(server.port)/"),
      .init(userAgent: "test", authorities: authorities))
  }

  private func expectTLS(_ outcome: Outcome) throws {
    guard case .tls = outcome.error else { return #expect(outcome.error == .tls("")) }
  }
}

/// The records of TLS in what comes (RFC 8446 §5.1).
private struct TLSRecords {
  private var rest: [UInt8] = []

  /// Those that have ended.
  mutating func whole(with bytes: [UInt8]) -> [[UInt8]] {
    rest += bytes
    var records: [[UInt8]] = []
    while rest.count >= 5 {
      let length = 5 + (Int(rest[3]) << 8 | Int(rest[4]))
      guard rest.count >= length else { break }
      records.append(Array(rest[..<length]))
      rest.removeFirst(length)
    }
    return records
  }
}
