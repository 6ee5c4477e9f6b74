import EventLoop
import Files
import JWTKit
import TestLoops
import Testing

@testable import Callers

/// An issuer whose answers and clock a test sets.
final class ScriptedIssuer: Sendable {
  private struct State {
    var result: Result<IssuerKeys.Document, FileFault>
    var requests: [String] = []
    var now = Instant(nanoseconds: 0)
    var news: [IssuerKeys.News] = []
  }

  private let state: Lock<State>

  init(_ result: Result<IssuerKeys.Document, FileFault>) {
    state = Lock(State(result: result))
  }

  var requests: [String] { state.withLock { $0.requests } }
  var news: [IssuerKeys.News] { state.withLock { $0.news } }
  var now: Instant { state.withLock { $0.now } }

  func answer(_ result: Result<IssuerKeys.Document, FileFault>) {
    state.withLock { $0.result = result }
  }

  func advance(_ duration: Duration) {
    state.withLock { $0.now = $0.now + duration }
  }

  func keys(_ place: KeyPlace = .set("https://i/keys"), on loop: EventLoop) -> IssuerKeys {
    IssuerKeys(
      place, on: loop, clock: { self.now },
      get: { url in
        self.state.withLock { state in
          state.requests.append(url)
          return state.result
        }
      }, onNews: { news in self.state.withLock { $0.news.append(news) } })
  }
}

/// A signer of tokens, by JWTKit: test_callers.py has those of another implementation.
struct Signer {
  /// nil for an issuer that doesn't name its keys.
  let id: String?
  let key = ES256PrivateKey()

  var jwk: String {
    let (x, y) = key.publicKey.parameters!
    let id = id.map { #""kid":"\#($0)","# } ?? ""
    return #"{"kty":"EC","crv":"P-256",\#(id)"x":"\#(x.base64URL)","y":"\#(y.base64URL)"}"#
  }

  struct Claims: JWTPayload {
    var iss = "https://i"
    var aud = "a"
    var sub = "s"
    var exp: Int
    var cnf: [String: String]?

    func verify(using: some JWTAlgorithm) async throws {}
  }

  func token(_ claims: Claims) async throws -> String {
    let keys = JWTKeyCollection()
    let id = id.map { JWKIdentifier(string: $0) }
    await keys.add(ecdsa: key, kid: id)
    return try await keys.sign(claims, kid: id)
  }
}

extension String {
  fileprivate var base64URL: String {
    replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

func document(_ signers: Signer..., cacheControl: String? = nil) -> IssuerKeys.Document {
  let keys = signers.map(\.jwk).joined(separator: ",")
  return .init(bytes: Array(#"{"keys":[\#(keys)]}"#.utf8), cacheControl: cacheControl)
}

@Suite(.timeLimit(.minutes(1))) struct IssuerKeysTests {
  private static let rules = TokenRules(issuer: "https://i", audiences: ["a"])

  @Test func `Keys are asked for once while they are fresh, and again when a token names another`()
    async throws
  {
    try await onLoop { loop in
      let (old, new) = (Signer(id: "old"), Signer(id: "new"))
      let issuer = ScriptedIssuer(.success(document(old)))
      let keys = issuer.keys(on: loop)
      let verifier = TokenVerifier(Self.rules, .issuer(keys), on: loop)
      let (first, second) = (
        try await old.token(.init(exp: now + 60)), try await new.token(.init(exp: now + 60))
      )
      #expect(try await verifier.caller(of: first, at: now) == Caller(.token, "s"))
      #expect(issuer.requests.count == 1)
      issuer.answer(.success(document(new)))
      // Too early: whoever makes up names of keys makes nobody ask.
      issuer.advance(.seconds(29))
      for _ in 0..<10 {
        await #expect(throws: AuthenticationFault.self) {
          try await verifier.caller(of: second, at: now)
        }
      }
      #expect(issuer.requests.count == 1)
      issuer.advance(.seconds(1))
      #expect(try await verifier.caller(of: second, at: now) == Caller(.token, "s"))
      #expect(issuer.requests.count == 2)
      // What was verified by a key that is gone is forgotten with it.
      await #expect(throws: AuthenticationFault.self) {
        try await verifier.caller(of: first, at: now)
      }
      #expect(issuer.news == [.first, .later(.changed)])
    }
  }

  @Test func `A token that is verified is good until it expires, and its leeway is over`()
    async throws
  {
    try await onLoop { loop in
      let signer = Signer(id: "k")
      let issuer = ScriptedIssuer(.success(document(signer)))
      let verifier = TokenVerifier(Self.rules, .issuer(issuer.keys(on: loop)), on: loop)
      let token = try await signer.token(.init(exp: now))
      for second in [now - 1, now, now + 59] {
        #expect(try await verifier.caller(of: token, at: second).name == "s")
      }
      await #expect(throws: AuthenticationFault.badCredentials("the token has expired")) {
        try await verifier.caller(of: token, at: now + 60)
      }
    }
  }

  @Test func `Keys that were good stay in use while the issuer fails, and it is told once`()
    async throws
  {
    try await onLoop { loop in
      let signer = Signer(id: "k")
      let issuer = ScriptedIssuer(.success(document(signer, cacheControl: "max-age=600")))
      let keys = issuer.keys(on: loop)
      let verifier = TokenVerifier(Self.rules, .issuer(keys), on: loop)
      let token = try await signer.token(.init(exp: now + 600))
      await keys.renew(waitingOn: loop)
      issuer.answer(.failure(FileFault("no")))
      for _ in 0..<3 {
        issuer.advance(.seconds(600))
        await keys.renew(waitingOn: loop)
      }
      #expect(issuer.requests.count == 4)
      #expect(try await verifier.caller(of: token, at: now).name == "s")
      #expect(issuer.news == [.first, .later(.kept(FileFault("https://i/keys: no")))])
    }
  }

  @Test func `Who asks for a fetch is told what comes of it, and never the secrets of the URL`()
    async throws
  {
    try await onLoop { loop in
      let issuer = ScriptedIssuer(.failure(FileFault("no")))
      let keys = issuer.keys(.set("https://i/keys?token=secret"), on: loop)
      let fault = FileFault("https://i/keys?***: no")
      for _ in 0..<2 {
        await keys.fetchIfDue()?.wait()
        issuer.advance(.seconds(30))
      }
      #expect(issuer.news == [.missing(fault)])
      func reload() async {
        keys.reload()
        // It joins what is under way.
        await keys.renew(waitingOn: loop)
      }
      await reload()
      issuer.answer(.success(document(Signer(id: "k"))))
      await reload()
      await reload()
      issuer.answer(.failure(FileFault("no")))
      await reload()
      await reload()
      #expect(
        issuer.news == [
          .missing(fault), .missing(fault), .first, .later(.unchanged), .later(.kept(fault)),
          .later(.kept(fault)),
        ])
    }
  }

  @Test(arguments: [String?.none, "same"])
  func `An issuer that changes its key under the same name, or none, is asked again`(
    id: String?
  ) async throws {
    try await onLoop { loop in
      let (old, new) = (Signer(id: id), Signer(id: id))
      let issuer = ScriptedIssuer(.success(document(old)))
      let verifier = TokenVerifier(Self.rules, .issuer(issuer.keys(on: loop)), on: loop)
      let tokens = (
        try await old.token(.init(exp: now + 60)), try await new.token(.init(exp: now + 60))
      )
      #expect(try await verifier.caller(of: tokens.0, at: now).name == "s")
      issuer.answer(.success(document(new)))
      issuer.advance(.seconds(30))
      #expect(try await verifier.caller(of: tokens.1, at: now).name == "s")
      #expect(issuer.requests.count == 2)
      await #expect(throws: AuthenticationFault.self) {
        try await verifier.caller(of: tokens.0, at: now)
      }
      // While both are there, each is good.
      issuer.advance(.seconds(30))
      issuer.answer(.success(document(new, old)))
      for token in [tokens.0, tokens.1] {
        #expect(try await verifier.caller(of: token, at: now).name == "s")
      }
    }
  }

  @Test func `Of more keys than four that fit none is tried`() async throws {
    try await onLoop { loop in
      let signers = (0..<5).map { _ in Signer(id: nil) }
      let text = #"{"keys":[\#(signers.map(\.jwk).joined(separator: ","))]}"#
      let issuer = ScriptedIssuer(.success(.init(bytes: Array(text.utf8))))
      let verifier = TokenVerifier(Self.rules, .issuer(issuer.keys(on: loop)), on: loop)
      let token = try await signers[0].token(.init(exp: now + 60))
      await #expect(throws: AuthenticationFault.self) {
        try await verifier.caller(of: token, at: now)
      }
    }
  }

  @Test func `As long as there are no keys, they are tried for sooner, and it is told`()
    async throws
  {
    try await onLoop { loop in
      let issuer = ScriptedIssuer(.failure(FileFault("no")))
      let keys = issuer.keys(on: loop)
      await keys.fetchIfDue()?.wait()
      var pauses: [Int] = []
      for _ in 0..<7 {
        var seconds = 0
        let count = issuer.requests.count
        while issuer.requests.count == count {
          issuer.advance(.seconds(1))
          seconds += 1
          await keys.fetchIfDue()?.wait()
        }
        pauses.append(seconds)
      }
      #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
      issuer.answer(.success(document(Signer(id: "k"))))
      issuer.advance(.seconds(30))
      await keys.fetchIfDue()?.wait()
      let fault = FileFault("https://i/keys: no")
      #expect(issuer.news == [.missing(fault), .first])
    }
  }

  @Test func `Keys that can't be renewed are good for a day more, and that is told`() async throws {
    try await onLoop { loop in
      let signer = Signer(id: "k")
      let issuer = ScriptedIssuer(.success(document(signer, cacheControl: "max-age=600")))
      let keys = issuer.keys(on: loop)
      let verifier = TokenVerifier(Self.rules, .issuer(keys), on: loop)
      let token = try await signer.token(.init(exp: now + 600))
      await keys.fetchIfDue()?.wait()
      issuer.answer(.failure(FileFault("no")))
      issuer.advance(.seconds(600 + 86_399))
      await keys.fetchIfDue()?.wait()
      #expect(try await verifier.caller(of: token, at: now).name == "s")
      issuer.advance(.seconds(30))
      await keys.fetchIfDue()?.wait()
      await #expect(
        throws: AuthenticationFault.unverifiable(
          "the keys of the tokens' issuer can't be had at present")
      ) { try await verifier.caller(of: token, at: now) }
      issuer.answer(.success(document(signer)))
      issuer.advance(.seconds(1))
      await keys.fetchIfDue()?.wait()
      #expect(try await verifier.caller(of: token, at: now).name == "s")
      let fault = FileFault("https://i/keys: no")
      #expect(issuer.news == [.first, .later(.kept(fault)), .missing(fault), .first])
    }
  }

  @Test func `Only so many wait for an issuer, and the others are judged at once`() async throws {
    try await onLoop { loop in
      let answer = SharedOutcome<Void>()
      let keys = IssuerKeys(
        .set("https://i/keys"), on: loop,
        get: { _ in
          await answer.wait()
          return .failure(FileFault("no"))
        })
      var done = 0
      let tasks = (0..<100).map { _ in
        loop.spawn {
          await keys.renew(waitingOn: loop)
          done += 1
        }
      }
      while done < 36 { await Task.yield() }
      for _ in 0..<100 { await Task.yield() }
      #expect(done == 36)
      answer.set(())
      for task in tasks { await task.value }
      #expect(done == 100)
    }
  }

  @Test func `A token that is bound to a key of its owner's is refused with the reason`()
    async throws
  {
    try await onLoop { loop in
      let signer = Signer(id: "k")
      let issuer = ScriptedIssuer(.success(document(signer)))
      let verifier = TokenVerifier(Self.rules, .issuer(issuer.keys(on: loop)), on: loop)
      let token = try await signer.token(.init(exp: now + 60, cnf: ["x5t#S256": "abc"]))
      await #expect {
        _ = try await verifier.caller(of: token, at: now)
      } throws: { "\($0)".contains("RFC 7800") }
    }
  }

  @Test func `Keys are asked for again when they are old, and not before`() async throws {
    try await onLoop { loop in
      let issuer = ScriptedIssuer(.success(document(Signer(id: "k"), cacheControl: "max-age=600")))
      let keys = issuer.keys(on: loop)
      // A fetch that is under way is joined.
      keys.fetchIfDue()
      await keys.renew(waitingOn: loop)
      #expect(issuer.requests.count == 1)
      for (seconds, count) in [(599, 1), (1, 2), (599, 2), (1, 3)] {
        issuer.advance(.seconds(seconds))
        await keys.fetchIfDue()?.wait()
        #expect(issuer.requests.count == count)
      }
    }
  }

  @Test(arguments: [
    (nil, 3600), ("", 3600), ("max-age=600", 600), ("public, Max-Age=600", 600), ("max-age=1", 300),
    ("max-age=999999999", 86400), ("max-age=99999999999999999999", 3600), ("max-age=-1", 300),
    ("no-store", 300), ("no-cache, max-age=7200", 300), ("max-age=x", 3600),
  ])
  func `How long keys are good is the issuer's to say, within reason`(
    cacheControl: String?, seconds: Int
  ) {
    #expect(IssuerKeys.life(cacheControl) == .seconds(seconds))
  }

  @Test func `The issuer's configuration names the keys, and no other's does`() throws {
    func url(_ text: String) throws(FileFault) -> String {
      try KeyPlace.keysURL(in: Array(text.utf8), of: "https://i")
    }
    let place = KeyPlace.discovery(issuer: "https://i/")
    #expect(place.url == "https://i/.well-known/openid-configuration")
    let good = #"{"issuer": "https://i", "jwks_uri": "https://k/1", "x": []}"#
    #expect(try url(good) == "https://k/1")
    for text in [
      #"{"issuer": "https://other", "jwks_uri": "https://k/1"}"#, #"{"issuer": "https://i"}"#,
      #"{"issuer": "https://i", "jwks_uri": "http://k/1"}"#, "[]", "",
      #"{"issuer": "https://i", "jwks_uri": "http://127.0.0.1/1"}"#,
      #"{"issuer": "https://i", "jwks_uri": "file:///etc/passwd"}"#,
    ] {
      #expect(throws: FileFault.self) { try url(text) }
    }
  }

  @Test(arguments: [
    ("https://i", true), ("https://i/path?q", true), ("http://127.0.0.1:1/x", true),
    ("http://localhost", true), ("http://[::1]:80/", true), ("http://i", false), ("i", false),
    ("https://", false), ("https:///k", false), ("https://a@b", false), ("https://a b", false),
    ("http://127.0.0.1.evil.example", false), ("http://localhost@evil.example", false),
    ("ftp://i", false), ("https://i/\n", false),
  ])
  func `Keys come by TLS or from this machine`(url: String, isTrusted: Bool) {
    #expect(KeyPlace.isTrusted(url) == isTrusted)
  }
}
