import Callers
import EventLoop
import Files
import Glibc
import HTTPMessage
import HTTPTypes
import Testing

/// The moment at which the tests' callers call.
let now = 1_795_000_000

@Suite struct AuthenticatorTests {
  private static let key = APIKey.random()
  private static let expired = APIKey.random()

  private static let keys: ReloadedFile<APIKeys> = {
    var template = Array("/tmp/keys-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    defer { close(descriptor) }
    let entries = [(key, Int?.none, "reports"), (expired, now, "old")].map { key, end, name in
      APIKeys.Entry(name: name, digest: key.digest, created: nil, expires: end).json
    }
    let text = Array(#"{"keys": [\#(entries.joined(separator: ","))]}"#.utf8)
    write(descriptor, text, text.count)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { unlink(path) }
    do {
      return try ReloadedFile(path, parse: APIKeys.init(parsing:))
    } catch {
      fatalError("\(error)")
    }
  }()

  private static let rules = TokenRules(issuer: "https://i", audiences: ["a"])

  private func caller(
    _ ways: Authenticator.Ways, _ authorization: String..., at second: Int = now,
    certificate: ClientCertificate? = nil
  ) async throws -> String {
    let thread = try LoopThread(name: "test")
    defer { thread.stopAndJoin() }
    return try await Task(executorPreference: thread.loop) { [loop = thread.loop] in
      let authenticator = Authenticator(ways, on: loop, clock: { second })
      let request = Request(
        method: .get, path: "/",
        fields: FieldSection(authorization.map { ("Authorization", $0) }),
        clientCertificate: certificate)
      return try await authenticator.caller(of: request).description
    }.value
  }

  @Test func `Where nobody is asked, all are anonymous, whatever they send`() async throws {
    let ways = Authenticator.Ways()
    #expect(try await caller(ways) == "anonymous")
    #expect(try await caller(ways, "Basic YTpi", "x") == "anonymous")
  }

  @Test(arguments: ["Bearer \(key.text)", "bearer \(key.text)", "BEARER   \(key.text)"])
  func `A key names its caller`(field: String) async throws {
    #expect(try await caller(.init(keys: Self.keys), field) == "key:reports")
  }

  @Test func `A key is good until the second in which it expires`() async throws {
    let ways = Authenticator.Ways(keys: Self.keys)
    let field = "Bearer \(Self.expired.text)"
    #expect(try await caller(ways, field, at: now - 1) == "key:old")
    await #expect(
      throws: AuthenticationFault.badCredentials("this API key has expired; ask for a new one")
    ) { try await caller(ways, field) }
  }

  private enum Kind { case none, bad, malformed, noCertificate }

  @Test(arguments: [
    ([], Kind.none),
    (["Basic YTpi"], .bad), (["Digest x"], .bad), ([""], .bad), ([key.text], .bad),
    (["Bearer \(APIKey.random().text)"], .bad),
    (["Bearer \(key.text.dropLast())"], .bad),
    (["Bearer \(key.text)A"], .bad),
    (["Bearer \(key.text.uppercased())"], .bad),
    (["Bearer agk_"], .bad), (["Bearer a.b.c"], .bad), (["Bearer e30.e30."], .bad),
    (["Bearer \(String(repeating: "a", count: 16_385))"], .bad),
    (["Bearer"], .malformed), (["Bearer "], .malformed), (["Bearer a b"], .malformed),
    (["Bearer \(key.text), Bearer \(key.text)"], .malformed),
    (["Bearer \u{e9}"], .malformed),
    (["Bearer \(key.text)", "Bearer \(key.text)"], .malformed),
    (["Bearer \(key.text)", "Basic YTpi"], .malformed),
  ])
  private func `What proves nothing lets nobody in, even where the anonymous are let in`(
    fields: [String], kind: Kind
  ) async throws {
    for allowsAnonymous in [false, true] {
      let ways = Authenticator.Ways(keys: Self.keys, allowsAnonymous: allowsAnonymous)
      if fields.isEmpty, allowsAnonymous {
        #expect(try await caller(ways) == "anonymous")
        continue
      }
      let fault = await #expect(throws: AuthenticationFault.self) {
        switch fields.count {
        case 0: try await caller(ways)
        case 1: try await caller(ways, fields[0])
        default: try await caller(ways, fields[0], fields[1])
        }
      }
      switch (fault, kind) {
      case (.noCredentials, .none), (.badCredentials, .bad), (.malformed, .malformed): break
      default: Issue.record("\(fields) gives \(String(describing: fault))")
      }
    }
  }

  @Test(arguments: [
    (
      [ClientCertificate.AlternativeName.dns("d"), .uri("spiffe://t/w"), .email("e@x")],
      "certificate:uri:spiffe://t/w"
    ),
    ([.email("e@x"), .dns("d"), .dns("c")], "certificate:dns:d"),
    ([.email("e@x")], "certificate:email:e@x"),
    ([], "certificate:subject:CN=c"),
  ])
  func `A certificate names its caller by the first of its names`(
    names: [ClientCertificate.AlternativeName], text: String
  ) async throws {
    let certificate = ClientCertificate(subject: "CN=c", alternativeNames: names)
    #expect(try await caller(.init(certificates: true), certificate: certificate) == text)
  }

  @Test(arguments: [
    ClientCertificate(subject: ""),
    ClientCertificate(subject: "CN=c", alternativeNames: [.dns("a\nb")]),
    ClientCertificate(
      subject: "CN=c", alternativeNames: [.uri(String(repeating: "u", count: 1021))]),
  ])
  func `A certificate without a name that can be one names nobody`(
    certificate: ClientCertificate
  ) async throws {
    let fault = await #expect(throws: AuthenticationFault.self) {
      try await caller(.init(certificates: true), certificate: certificate)
    }
    guard case .noCertificate = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `A key goes before a certificate, and either is enough`() async throws {
    let ways = Authenticator.Ways(keys: Self.keys, certificates: true)
    let certificate = ClientCertificate(subject: "", alternativeNames: [.dns("d")])
    let field = "Bearer \(Self.key.text)"
    #expect(try await caller(ways, field, certificate: certificate) == "key:reports")
    #expect(try await caller(ways, field) == "key:reports")
    #expect(try await caller(ways, certificate: certificate) == "certificate:dns:d")
    // A bad key is no slip to be passed over because of the certificate.
    await #expect(throws: AuthenticationFault.self) {
      try await caller(ways, "Bearer agk_x", certificate: certificate)
    }
    // Where certificates alone are asked for, the field is none of the gateway's.
    #expect(
      try await caller(.init(certificates: true), "Basic YTpi", certificate: certificate)
        == "certificate:dns:d")
  }

  @Test func `No secret is in what a caller is told`() async throws {
    let ways = Authenticator.Ways(keys: Self.keys)
    let secret = String(Self.key.text.dropLast())
    let fault = await #expect(throws: AuthenticationFault.self) {
      try await caller(ways, "Bearer \(secret)")
    }
    #expect(!String(describing: fault).contains(secret.dropFirst(4)))
  }
}
