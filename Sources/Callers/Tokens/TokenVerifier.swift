import Cryptography
import EventLoop
import JWTKit

/// Finds out whom tokens name: one a worker, which keeps what it has verified until that expires.
final class TokenVerifier {
  private struct Verified {
    let caller: Caller
    let end: Int
  }

  private struct Use: Hashable {
    let key: VerificationKey
    let algorithm: SignatureAlgorithm
  }

  /// Of a token, by whose digest it is kept, this is about 200 bytes.
  private static let capacity = 4096

  private let rules: TokenRules
  private let keys: TokenKeys
  private let loop: EventLoop
  /// Of the keys that all below is of.
  private var edition = -1
  private var verified: [Digest: Verified] = [:]
  private var verifiers: [Use: any JWTAlgorithm] = [:]

  init(_ rules: TokenRules, _ keys: TokenKeys, on loop: EventLoop) {
    self.rules = rules
    self.keys = keys
    self.loop = loop
  }

  func caller(of token: String, at now: Int) async throws(AuthenticationFault) -> Caller {
    forgetOldKeys()
    let digest = SHA256.hash(token)
    if let known = verified[digest], now < known.end { return known.caller }
    let signed = try SignedToken(parsing: Array(token.utf8))
    // Before the signature, which is work.
    let (caller, end) = try rules.caller(of: signed.claims, at: now)
    let (key, edition) = try await key(for: signed.header)
    guard await isSigned(signed, by: key) else {
      throw .badCredentials("the token's signature is not its issuer's")
    }
    keep(Verified(caller: caller, end: end), by: digest, of: edition, at: now)
    return caller
  }

  private func forgetOldKeys() {
    let now = keys.edition
    guard now != edition else { return }
    edition = now
    verified = [:]
    verifiers = [:]
  }

  /// The key that the token must be signed with, and the edition that has it.
  private func key(
    for header: TokenHeader
  ) async throws(AuthenticationFault) -> (VerificationKey, edition: Int) {
    var (choice, edition) = choice(for: header)
    if choice == nil || choice == .unknownID {
      await keys.renew(waitingOn: loop)
      (choice, edition) = self.choice(for: header)
    }
    switch choice {
    case .key(let key): return (key, edition)
    case .unknownID: throw .badCredentials("the token names a key that its issuer doesn't have")
    case .unfit:
      throw .badCredentials("the token names no key of its issuer's that fits its algorithm")
    case nil:
      throw .unverifiable("the keys of the tokens' issuer can't be had at present")
    }
  }

  /// nil where there are no keys.
  private func choice(for header: TokenHeader) -> (KeySet.Choice?, edition: Int) {
    // Before the keys: it may be older than those, which costs a verification, and never newer.
    let edition = keys.edition
    return (keys.current?.key(for: header), edition)
  }

  private func isSigned(_ token: SignedToken, by key: VerificationKey) async -> Bool {
    let use = Use(key: key, algorithm: token.header.algorithm)
    guard let verifier = await verifier(use) else { return false }
    // What it throws is of signatures that are none.
    return (try? verifier.verify(token.signature, signs: token.signed)) ?? false
  }

  private func verifier(_ use: Use) async -> (any JWTAlgorithm)? {
    if let known = verifiers[use] { return known }
    let verifier = try? await use.key.verifier(by: use.algorithm)
    verifiers[use] = verifier
    return verifier
  }

  private func keep(_ token: Verified, by digest: Digest, of edition: Int, at now: Int) {
    forgetOldKeys()
    guard edition == self.edition else { return }
    if verified.count >= Self.capacity { verified = verified.filter { now < $0.value.end } }
    if verified.count >= Self.capacity { verified = [:] }
    verified[digest] = token
  }
}
