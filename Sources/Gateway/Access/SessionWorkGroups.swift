import EventLoop

/// Which workgroups sessions are of, for all workers: learnt once, since that never changes.
final class SessionWorkGroups: Sendable {
  // Bytes, since String compares by canonical equivalence and ids don't.
  private let names = Lock(RecentlyUsed<[UInt8], [UInt8]>(capacity: 4096))

  subscript(sessionID: String) -> [UInt8]? {
    names.withLock { $0[Array(sessionID.utf8)] }
  }

  func record(_ workGroup: String, of sessionID: String) {
    names.withLock { $0.remember(Array(sessionID.utf8), Array(workGroup.utf8)) }
  }
}
