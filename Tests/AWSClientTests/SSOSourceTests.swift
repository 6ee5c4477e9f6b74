import CivilTime
import EventLoop
import Files
import Glibc
import HTTPMessage
import SigV4
import Testing

@testable import AWSClient

struct SSOSourceTests {
  private static let session = """
    [default]
    sso_session = my-session
    sso_account_id = 123456789012
    sso_role_name = Read Only
    [sso-session my-session]
    sso_region = eu-west-1
    sso_start_url = https://example.awsapps.com/start
    """

  private static let legacy = """
    [default]
    sso_account_id = 123456789012
    sso_role_name = ReadOnly
    sso_region = eu-west-1
    sso_start_url = https://example.awsapps.com/start
    """

  /// botocore's `hashlib.sha1(b"my-session").hexdigest()`, and that of the start URL.
  private static let sessionFile = "9e28173066ce536e277c5fb355efd9c64f398167.json"
  private static let legacyFile = "e8be5486177c5b5392bd9aa76563515b29358e6e.json"

  private static let longAgo = "2025-11-22T08:15:53Z"
  private static let inAnHour = "2025-11-22T09:15:53Z"
  private static let soon = "2025-11-22T08:30:52Z"

  private static func token(
    _ access: String = "access", end: String = inAnHour, registrationEnd: String = inAnHour,
    refresh: String? = "refresh-token-of-this-login"
  ) -> String {
    let refresh = refresh.map { #", "refreshToken": "\#($0)""# } ?? ""
    return """
      {"startUrl": "https://example.awsapps.com/start", "region": "eu-west-1", "accessToken": \
      "\(access)", "expiresAt": "\(end)", "clientId": "id", "clientSecret": \
      "secret-of-the-client", "registrationExpiresAt": "\(registrationEnd)"\(refresh)}
      """
  }

  private static let credentials = Script(
    content: """
      {"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t", \
      "expiration": 1763802953999}}
      """)

  private static let renewed = Script(
    content: """
      {"accessToken": "renewed", "tokenType": "Bearer", "expiresIn": 28800, \
      "refreshToken": "refresh-2"}
      """)

  /// What the source gives, with the portal and OIDC at one URL.
  private func resolve(
    _ config: String = session, token: String?, file: String = sessionFile,
    home: TestHome = TestHome(), log: Log = Log(), portal: Script = credentials,
    oidc: Script = renewed, clockOffset: ClockOffset = ClockOffset(),
    unsaved: UnsavedTokens = UnsavedTokens(),
    environment: AWSEnvironment? = nil,
    warn: @escaping @Sendable (CredentialsError) -> Void = { _ in }
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    home.write(".aws/config", config)
    if let token { home.write(".aws/sso/cache/\(file)", token) }
    let answer: @Sendable (Received) -> Script = { $0.path.hasPrefix("/token") ? oidc : portal }
    return try await withTools(log: log, clockOffset: clockOffset, answering: answer) {
      tools, url in
      var tools = tools
      tools.warn = warn
      return await SSOSource(
        profile: "default", files: home.files(), environment: environment ?? home.environment(),
        endpoints: try Endpoints.all(at: url), unsaved: unsaved
      ).outcome(with: tools)
    }
  }

  // MARK: A login that lasts

  @Test func `A login gives the credentials of a role`() async throws {
    let log = Log()
    let resolved = try await resolve(token: Self.token(), log: log).get()
    #expect(
      resolved?.credentials
        == Credentials(accessKeyID: "ASIASSO", secretAccessKey: "s", sessionToken: "t"))
    #expect(resolved?.expiration == testMoment + 3600)
    #expect(resolved?.accountID == "123456789012")
    #expect(resolved?.origin == "sso (Read Only, profile default)")
    let request = try #require(log.all.first)
    #expect(log.all.count == 1)
    #expect(request.method == "GET")
    #expect(
      request.path == "/federation/credentials?role_name=Read%20Only&account_id=123456789012")
    #expect(request.field("x-amz-sso_bearer_token") == "access")
    #expect(request.field("Authorization") == nil)
  }

  @Test(arguments: [inAnHour, "2025-11-22T09:15:53UTC", "2025-11-22T10:15:53.5+01:00"])
  func `The older form has its token under its start URL`(end: String) async throws {
    let token = #"{"accessToken": "access", "expiresAt": "\#(end)"}"#
    let resolved = try await resolve(Self.legacy, token: token, file: Self.legacyFile)
    #expect(try resolved.get()?.credentials.accessKeyID == "ASIASSO")
  }

  @Test func `A token ends when it has ended by this machine's clock too`() async throws {
    for form in [Self.session, Self.legacy] {
      let clockOffset = ClockOffset()
      clockOffset.learn(
        from: FieldSection([("Date", "Sat, 22 Nov 2025 10:15:53 GMT")]), clock: testMoment)
      #expect(clockOffset.seconds == 7200)
      let file = form == Self.session ? Self.sessionFile : Self.legacyFile
      let resolved = try await resolve(
        form, token: Self.token(refresh: nil), file: file,
        clockOffset: clockOffset)
      #expect(try resolved.get()?.credentials.accessKeyID == "ASIASSO")
    }
  }

  @Test func `A session may have what its profile lacks`() async throws {
    let config =
      Self.session.replacing("sso_account_id = 123456789012\n", with: "")
      + "\nsso_account_id = 210987654321"
    #expect(try await resolve(config, token: Self.token()).get()?.accountID == "210987654321")
  }

  @Test func `Another profile is another source's`() async throws {
    for config in ["", "[default]\nsso_session = x", "[default]\nsso_start_url = x"] {
      #expect(try await resolve(config, token: nil).get() == nil)
    }
  }

  // MARK: Renewal

  @Test(arguments: [soon, longAgo, "2020-01-01T00:00:00Z"])
  func `A token near its end, or after it, is renewed and kept`(end: String) async throws {
    let log = Log()
    let home = TestHome()
    let resolved = try await resolve(token: Self.token(end: end), home: home, log: log)
    #expect(try resolved.get() != nil)
    let (renewal, request) = (try #require(log.all.first), try #require(log.all.last))
    #expect(renewal.method == "POST")
    #expect(renewal.path == "/token")
    #expect(renewal.field("Content-Type") == "application/json")
    #expect(
      renewal.content == """
        {"clientId":"id","clientSecret":"secret-of-the-client","grantType":"refresh_token",\
        "refreshToken":"refresh-token-of-this-login"}
        """)
    #expect(request.field("x-amz-sso_bearer_token") == "renewed")
    let path = "\(home.path)/.aws/sso/cache/\(Self.sessionFile)"
    let bytes = try LocalFile(reading: path).bytes
    // By the clock of the service, which is the real one.
    let end = try #require(SSOToken(parsing: bytes)?.end)
    #expect((28_700...28_800).contains(end - time(nil)))
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        {"startUrl":"https://example.awsapps.com/start","region":"eu-west-1",\
        "accessToken":"renewed",\
        "expiresAt":"\(rfc3339(secondsSince1970: Double(end)).dropLast(5))Z","clientId":"id",\
        "clientSecret":"secret-of-the-client","registrationExpiresAt":"2025-11-22T09:15:53Z",\
        "refreshToken":"refresh-2"}
        """)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func `A token with a quarter of an hour left is not renewed`() async throws {
    let log = Log()
    _ = try await resolve(token: Self.token(end: "2025-11-22T08:30:53Z"), log: log).get()
    #expect(log.all.count == 1)
  }

  /// What keeps a token from being renewed: it does until its end, and then somebody has to log in.
  private static let refusals: [(String, Script, String)] = [
    (token(end: "E", refresh: nil), renewed, "nothing to be renewed with"),
    (token(end: "E", registrationEnd: longAgo), renewed, "registration has ended"),
    (token(end: "E", registrationEnd: "never"), renewed, "registration has ended"),
    (
      token(end: "E"), Script(status: 400, content: #"{"__type": "InvalidGrantException"}"#),
      "InvalidGrantException"
    ),
    (token(end: "E"), Script(status: 500, content: ""), "answers 500"),
    (token(end: "E"), Script(content: "<html>"), "not JSON"),
    (token(end: "E"), Script(content: "[]"), "not an object"),
    (token(end: "E"), Script(content: "{}"), "no expiresIn"),
    (token(end: "E"), Script(content: #"{"accessToken": "a", "expiresIn": 0}"#), "no expiresIn"),
    (
      token(end: "E"), Script(content: #"{"accessToken": "a", "expiresIn": 9223372036854775807}"#),
      "no expiresIn"
    ),
    (token(end: "E"), Script(content: #"{"expiresIn": 60}"#), "no access token"),
    (
      token(end: "E"), Script(content: #"{"expiresIn": 60, "accessToken": "a\r\nb: c"}"#),
      "access token has a character"
    ),
    (token(end: "E"), Script(status: 302, content: ""), "HTTP status 302"),
    (
      token(end: "E"), Script(content: String(repeating: "[", count: 1 << 17)),
      "more than 65536 bytes"
    ),
  ]

  @Test(arguments: refusals)
  func `A token that can't be renewed is used until its end`(
    token: String, oidc: Script, words: String
  ) async throws {
    let log = Log()
    let usable = token.replacing(#""E""#, with: "\"\(Self.soon)\"")
    #expect(try await resolve(token: usable, log: log, oidc: oidc).get() != nil)
    #expect(log.all.last?.field("x-amz-sso_bearer_token") == "access")
    let ended = token.replacing(#""E""#, with: "\"\(Self.longAgo)\"")
    let home = TestHome()
    guard case .failure(let error) = try await resolve(token: ended, home: home, oidc: oidc) else {
      Issue.record("an ended token was used")
      return
    }
    #expect(error.reason.contains("\(home.path)/.aws/sso/cache/\(Self.sessionFile) has ended"))
    #expect(error.reason.contains(words), "\(error)")
    #expect(error.reason.contains("run `aws sso login --sso-session my-session`"))
    for secret in ["refresh-token-of-this-login", "secret-of-the-client"] {
      #expect(!error.reason.contains(secret))
    }
  }

  @Test func `A refusal that repeats a secret is not repeated`() async throws {
    let oidc = Script(status: 400, content: #"{"message": "refresh-token-of-this-login"}"#)
    guard
      case .failure(let error) = try await resolve(
        token: Self.token(end: Self.longAgo), oidc: oidc)
    else {
      Issue.record("an ended token was used")
      return
    }
    #expect(!error.reason.contains("refresh-token-of-this-login"))
  }

  @Test func `Without a new refresh token none is kept`() async throws {
    let home = TestHome()
    let oidc = Script(content: #"{"accessToken": "renewed", "expiresIn": 60}"#)
    _ = try await resolve(token: Self.token(end: Self.soon), home: home, oidc: oidc).get()
    let file = try LocalFile(reading: "\(home.path)/.aws/sso/cache/\(Self.sessionFile)")
    #expect(!String(decoding: file.bytes, as: UTF8.self).contains("refreshToken"))
  }

  @Test func `The older form is not renewed`() async throws {
    let log = Log()
    let outcome = try await resolve(
      Self.legacy, token: Self.token(end: Self.longAgo), file: Self.legacyFile, log: log)
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(log.all.isEmpty)
    #expect(error.reason.contains("run `aws sso login --profile default`"))
  }

  /// root may write anywhere, but no file whose path is too long, as that of what is to replace this one is.
  @Test func `A token whose file can't be written is kept in memory, and told once`() async throws {
    let (home, log, unsaved) = (TestHome(), Log(), UnsavedTokens())
    let clockOffset = ClockOffset()
    let warnings = Lock<[String]>([])
    let path = "\(home.path)/.aws/sso/cache/\(Self.sessionFile)"
    let longPath = home.path + String(repeating: "/.", count: (4090 - path.utf8.count) / 2)
    let oidc = Script(
      content: #"{"accessToken": "renewed", "expiresIn": 60, "refreshToken": "refresh-2"}"#)
    func bearer(token: String) async throws -> String? {
      let resolved = try await resolve(
        token: token, home: home, log: log, oidc: oidc, clockOffset: clockOffset,
        unsaved: unsaved, environment: AWSEnvironment(["HOME": longPath])
      ) { warning in warnings.withLock { $0.append(warning.description) } }
      #expect(try resolved.get() != nil)
      return log.all.last?.field("x-amz-sso_bearer_token")
    }
    for _ in 1...2 {
      #expect(try await bearer(token: Self.token(end: Self.soon)) == "renewed")
    }
    let renewals = log.all.filter { $0.path == "/token" }.map(\.content)
    try #require(renewals.count == 2)
    #expect(renewals[0].contains(#""refresh-token-of-this-login""#))
    #expect(renewals[1].contains(#""refresh-2""#))
    let told = warnings.withLock { $0 }
    try #require(told.count == 1)
    #expect(told[0].contains("\(Self.sessionFile) can't be written: "))
    #expect(told[0].contains("run `aws sso login --sso-session my-session`"))
    // Whoever logs in again has the last word.
    #expect(try await bearer(token: Self.token("other", end: "2099-01-01T00:00:00Z")) == "other")
  }

  @Test func `A renewed token is kept until its file is written, however long that takes`()
    async throws
  {
    let (home, unsaved) = (TestHome(), UnsavedTokens())
    let saved = try #require(SSOToken(parsing: Array(Self.token(end: Self.soon).utf8)))
    let path = "\(home.path)/.aws/sso/cache/\(Self.sessionFile)"
    home.write(".aws/config", Self.session)
    home.write(".aws/sso/cache/\(Self.sessionFile)", Self.token(end: Self.soon))
    let kept = Lock<String?>(nil)
    let answer: @Sendable (Received) -> Script = {
      $0.path.hasPrefix("/token") ? Self.renewed : Self.credentials
    }
    try await withTools(answering: answer) { tools, url in
      let source = SSOSource(
        profile: "default", files: home.files(), environment: home.environment(),
        endpoints: try Endpoints.all(at: url), unsaved: unsaved,
        write: { (file, content) async throws(SSOTokenFile.Problem) in
          let token = unsaved.token(inPlaceOf: saved, in: file.path)?.accessToken
          kept.withLock { $0 = token }
        })
      #expect(try await source.outcome(with: tools).get() != nil)
    }
    #expect(kept.withLock { $0 } == "renewed")
    #expect(unsaved.token(inPlaceOf: saved, in: path) == nil)
  }

  @Test func `A file that is written late doesn't cost the token that was renewed since`() throws {
    let unsaved = UnsavedTokens()
    let tokens = try ["a", "b", "c"].map {
      try #require(SSOToken(parsing: Array(Self.token($0).utf8)))
    }
    unsaved.keep(tokens[1], inPlaceOf: tokens[0], in: "file")
    unsaved.keep(tokens[2], inPlaceOf: tokens[0], in: "file")
    unsaved.forget(tokens[1], in: "file")
    #expect(unsaved.token(inPlaceOf: tokens[0], in: "file") == tokens[2])
  }

  /// root may write anywhere, so that a folder in the file's place is what can't be replaced.
  @Test func `A token that can't be kept is an error that leaves nothing behind`() async throws {
    let home = TestHome()
    home.makeFolder("\(home.path)/file.json")
    home.write("file.json/x", "")
    let file = SSOTokenFile(path: "\(home.path)/file.json")
    await #expect(throws: SSOTokenFile.Problem.self) { try await file.write([1]) }
    let missing = SSOTokenFile(path: "\(home.path)/none/file.json")
    await #expect(throws: SSOTokenFile.Problem.self) { try await missing.write([1]) }
    let names = try names(in: home.path)
    #expect(names == [".aws", "file.json"])
  }

  private func names(in folder: String) throws -> [String] {
    let stream = try #require(opendir(folder))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: What is wrong

  @Test(arguments: [
    nil, "", "{", "[]", "{}", #"{"accessToken": "a"}"#, #"{"expiresAt": "2099-01-01T00:00:00Z"}"#,
    #"{"accessToken": 1, "expiresAt": "2099-01-01T00:00:00Z"}"#,
    #"{"accessToken": "a", "expiresAt": "soon"}"#,
    #"{"accessToken": "a\nb", "expiresAt": "2099-01-01T00:00:00Z"}"#,
    String(repeating: " ", count: 65_537),
  ])
  func `A file without a token tells to log in`(token: String?) async throws {
    let log = Log()
    let home = TestHome()
    guard case .failure(let error) = try await resolve(token: token, home: home, log: log) else {
      Issue.record("\(token ?? "no file") was used")
      return
    }
    #expect(error.source == "sso")
    #expect(error.reason.contains("\(home.path)/.aws/sso/cache/\(Self.sessionFile)"))
    #expect(error.reason.contains("run `aws sso login --sso-session my-session`"))
    #expect(log.all.isEmpty)
  }

  @Test(arguments: [
    ("sso_session = my-session", "sso_session = none", "there is no [sso-session none]"),
    ("sso_account_id = 123456789012", "", "it has no sso_account_id"),
    ("sso_role_name = Read Only", "", "it has no sso_role_name"),
    ("sso_region = eu-west-1", "", "its [sso-session my-session] has no sso_region"),
    ("sso_region = eu-west-1", "sso_region =", "has no sso_region"),
    ("sso_region = eu-west-1", "sso_region = a.b/c", "is no name of a region"),
    ("sso_role_name", "sso_region = us-east-1\nsso_role_name", "its sso_region is another one"),
    ("[sso-session my-session]", "x = 1\n[sso-session my-session]\nx = 2", "its x is another one"),
  ])
  func `A profile that lacks something is an error that names it`(
    setting: String, other: String, words: String
  ) async throws {
    let outcome = try await resolve(
      Self.session.replacing(setting, with: other, maxReplacements: 1), token: Self.token())
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("the profile default ("), "\(error)")
    #expect(error.reason.contains(words), "\(error)")
  }

  @Test func `A login that was withdrawn tells to log in`() async throws {
    let portal = Script(
      status: 401, content: #"{"__type": "UnauthorizedException", "message": "Session token"}"#)
    let outcome = try await resolve(token: Self.token(), portal: portal)
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("UnauthorizedException: Session token"))
    #expect(error.reason.contains("run `aws sso login --sso-session my-session`"))
  }

  /// Answers that the portal never gives.
  @Test(arguments: [
    "", "<html>", "[]", "{}", #"{"roleCredentials": null}"#, #"{"roleCredentials": []}"#,
    credentials.content.replacing("ASIASSO", with: ""),
    credentials.content.replacing(#""ASIASSO""#, with: "7"),
    credentials.content.replacing("ASIASSO", with: #"a\r\nb"#),
    credentials.content.replacing("1763802953999", with: "-1"),
    credentials.content.replacing("1763802953999", with: #""1763802953999""#),
    credentials.content.replacing("1763802953999", with: "9223372036854775807"),
    credentials.content.replacing("1763802953999", with: "1e400"),
    credentials.content.replacing("1763802953999", with: "1.5"),
    credentials.content.replacing(#""s""#, with: "\"\(String(repeating: "s", count: 70_000))\""),
    String(repeating: "[", count: 10_000), credentials.content + "x",
  ])
  func `What is not an answer of the portal is an error`(content: String) async throws {
    let outcome = try await resolve(token: Self.token(), portal: Script(content: content))
    guard case .failure(let error) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(error.reason.contains("the portal of IAM Identity Center"), "\(error)")
    #expect(!error.reason.hasControlCharacter)
  }
}
