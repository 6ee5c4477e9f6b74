import EventLoop

/// The calculations that GetCalculationExecution has shown to be of a session, for all workers.
///
/// Athena takes a calculation's id alone to stop it or to show its code: without the proof a path could
/// name any session. What is proved never changes, so it is asked once.
final class ProvedPairs: Sendable {
  struct Proof: Sendable {
    // Bytes, since String compares by canonical equivalence and ids don't.
    fileprivate let sessionID: [UInt8]
    /// Whether the calculation has ended, which never changes either.
    let isTerminal: Bool
  }

  private let proofs: Lock<RecentlyUsed<[UInt8], Proof>>

  /// - Parameter capacity: How many calculations are remembered at least, once there are so many; twice
  ///   as many are at most.
  init(capacity: Int = 4096) {
    proofs = Lock(RecentlyUsed(capacity: capacity))
  }

  func record(_ calculationID: String, of sessionID: String, isTerminal: Bool) {
    let proof = Proof(sessionID: Array(sessionID.utf8), isTerminal: isTerminal)
    proofs.withLock { $0.remember(Array(calculationID.utf8), proof) }
  }

  /// The proof that the calculation is the session's; nil where Athena has to be asked.
  ///
  /// - Throws: `not-found` where it is known to be another session's.
  func proof(of calculationID: String, in sessionID: String) throws(Problem) -> Proof? {
    let key = Array(calculationID.utf8)
    guard let proof = proofs.withLock({ $0[key] }) else { return nil }
    guard proof.sessionID.elementsEqual(sessionID.utf8) else { throw Self.foreign }
    return proof
  }

  /// Whose it is remains unsaid.
  static let foreign = Problem(.notFound, "the session has no such calculation")
}
