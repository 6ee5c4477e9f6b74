/// The lookups of names that are under way, and the transfers that wait until there are fewer.
///
/// libcurl gives each lookup a thread, and leaves it behind where the transfer ends first: while the name
/// servers are silent, every transfer would be one thread more. Most of those who wait find the name known
/// afterwards, and need no lookup.
final class Lookups {
  /// How many there are at once.
  private static let limit = 16

  private var underWay: Set<ObjectIdentifier> = []
  private var waiting: [EasyHandle] = []

  /// libcurl begins to look a name up for a transfer.
  func begin(for easy: EasyHandle) {
    underWay.insert(ObjectIdentifier(easy))
  }

  /// The name is known, or nobody wants it any more.
  func end(for easy: EasyHandle) {
    underWay.remove(ObjectIdentifier(easy))
  }

  /// Has a transfer wait for its turn, which ``next()`` tells of.
  func enqueue(_ easy: EasyHandle) {
    waiting.append(easy)
  }

  /// Returns whether it was waiting: libcurl has not seen it then.
  func withdraw(_ easy: EasyHandle) -> Bool {
    guard let index = waiting.firstIndex(where: { $0 === easy }) else { return false }
    waiting.remove(at: index)
    return true
  }

  /// The transfer whose turn it is; nil where nobody waits, or has to wait on.
  func next() -> EasyHandle? {
    guard underWay.count < Self.limit, !waiting.isEmpty else { return nil }
    return waiting.removeFirst()
  }
}
