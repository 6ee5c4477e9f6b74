public import Cryptography

/// How much of the work that signatures are somebody may make: verifying one takes a thousand times as long as
/// looking for an API key, whose 256 random bits nobody guesses.
public struct SignatureWork {
  /// For how long a token with this digest is not looked at; nil where it is.
  let pause: (_ token: Digest) -> Duration?
  /// Told of each token that was looked at, and whether it is good.
  let note: (_ token: Digest, _ isGood: Bool) -> Void

  public init(
    pause: @escaping (_ token: Digest) -> Duration?,
    note: @escaping (_ token: Digest, _ isGood: Bool) -> Void
  ) {
    self.pause = pause
    self.note = note
  }

  public static var unbounded: SignatureWork {
    SignatureWork(pause: { _ in nil }, note: { _, _ in })
  }
}
