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

  /// - Parameter work: Bounds what callers make the gateway verify.
  func caller(
    of token: String, at now: Int, bounding work: SignatureWork = .unbounded
  ) async throws(AuthenticationFault) -> Caller {
    forgetOldKeys()
    let digest = SHA256.hash(token)
    if let known = verified[digest], now < known.end { return known.caller }
    let signed = try SignedToken(parsing: Array(token.utf8))
    // Before the signature, which is work.
    let (caller, end) = try rules.caller(of: signed.claims, at: now)
    if let pause = work.pause(digest) { throw .tooMuchWork(pause) }
    do throws(AuthenticationFault) {
      let edition = try await verify(signed)
      work.note(digest, true)
      keep(Verified(caller: caller, end: end), by: digest, of: edition, at: now)
      return caller
    } catch {
      if case .badCredentials = error { work.note(digest, false) }
      throw error
    }
  }

  private func forgetOldKeys() {
    let now = keys.edition
    guard now != edition else { return }
    edition = now
    verified = [:]
    verifiers = [:]
  }

  /// Returns the edition of the keys one of which has signed the token. Where none has, the issuer may have
  /// changed them, be it under the same names.
  private func verify(_ token: SignedToken) async throws(AuthenticationFault) -> Int {
    // Before the keys: it may be older than those, which costs a verification, and never newer.
    var edition = keys.edition
    do throws(AuthenticationFault) {
      try await checkSignature(of: token)
    } catch {
      await keys.renew(waitingOn: loop)
      guard keys.edition != edition else { throw error }
      edition = keys.edition
      try await checkSignature(of: token)
    }
    return edition
  }

  private func checkSignature(of token: SignedToken) async throws(AuthenticationFault) {
    guard let set = keys.current else {
      throw .unverifiable("the keys of the tokens' issuer can't be had at present")
    }
    for key in try set.keys(for: token.header) where await isSigned(token, by: key) { return }
    throw .badCredentials("the token's signature is not its issuer's")
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
