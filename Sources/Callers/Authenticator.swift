public import EventLoop
public import Files
public import HTTPMessage

/// Finds out who requests come from: one a worker.
public final class Authenticator {
  /// By what callers can be known. Where there is none, nobody is asked.
  public struct Ways: Sendable {
    public var keys: ReloadedFile<APIKeys>?
    public var tokens: (rules: TokenRules, keys: TokenKeys)?
    /// Whether connections may show certificates that are verified.
    public var certificates: Bool
    /// Whether those who show nothing are let in too.
    public var allowsAnonymous: Bool

    public init(
      keys: ReloadedFile<APIKeys>? = nil, tokens: (rules: TokenRules, keys: TokenKeys)? = nil,
      certificates: Bool = false, allowsAnonymous: Bool = false
    ) {
      self.keys = keys
      self.tokens = tokens
      self.certificates = certificates
      self.allowsAnonymous = allowsAnonymous
    }

    /// Whether there is any.
    public var areThere: Bool { keys != nil || tokens != nil || certificates }

    /// Whether one of them is in the field `Authorization`.
    fileprivate var takeAuthorization: Bool { keys != nil || tokens != nil }
  }

  private let ways: Ways
  private let tokens: TokenVerifier?
  private let clock: () -> Int

  /// - Parameters:
  ///   - loop: The worker's.
  ///   - clock: The wall clock, in seconds since 1970.
  public init(_ ways: Ways, on loop: EventLoop, clock: @escaping () -> Int) {
    self.ways = ways
    self.clock = clock
    tokens = ways.tokens.map { TokenVerifier($0.rules, $0.keys, on: loop) }
  }

  /// Who a request comes from. What `Authorization` proves goes before a certificate, which can be that of a
  /// proxy that speaks for many.
  ///
  /// - Parameter work: Bounds what the request's sender makes the gateway verify.
  public func caller(
    of request: Request, bounding work: SignatureWork = .unbounded
  ) async throws(AuthenticationFault) -> Caller {
    guard ways.areThere else { return .anonymous }
    if ways.takeAuthorization, case .bearer(let token) = try Authorization(request.fields) {
      return try await caller(of: token, bounding: work)
    }
    if ways.certificates, let certificate = request.clientCertificate {
      guard let caller = Caller(certificate) else {
        throw .noCertificate(
          "the client certificate names nobody: it has neither a subject nor a URI, DNS name or address of "
            + "e-mail among its subject alternative names")
      }
      return caller
    }
    guard ways.allowsAnonymous else { throw Self.fault(without: ways) }
    return .anonymous
  }

  private func caller(
    of token: String, bounding work: SignatureWork
  ) async throws(AuthenticationFault) -> Caller {
    switch (token.hasPrefix(APIKey.prefix), ways.keys, tokens) {
    case (true, let keys?, _): return try keys.content.caller(of: token, at: clock())
    case (true, nil, _): throw .badCredentials("the gateway takes no API keys, but JWTs")
    case (false, _, let tokens?):
      return try await tokens.caller(of: token, at: clock(), bounding: work)
    case (false, _, nil):
      throw .badCredentials("what follows 'Bearer' is no API key: those begin with agk_")
    }
  }

  private static func fault(without ways: Ways) -> AuthenticationFault {
    let token =
      switch (ways.keys, ways.tokens) {
      case (_?, nil): "an API key"
      case (nil, _?): "a JWT"
      case (_?, _?): "an API key or a JWT"
      case (nil, nil): ""
      }
    guard ways.takeAuthorization else {
      return .noCertificate(
        "the gateway asks its callers for a client certificate, and this connection has shown none; "
          + "with curl, give --cert and --key")
    }
    return .noCredentials(
      "the gateway asks who calls, and the request doesn't say: send \(token) as 'Authorization: Bearer …'"
        + (ways.certificates ? ", or show a client certificate" : ""))
  }
}
