import EventLoop

/// Tells whoever runs the gateway of refused calls: of the first with each code at once, and then of one a
/// minute, as a gateway that AWS refuses is refused at each call.
final class RefusalTeller: Sendable {
  private static let interval = 60
  /// Codes come from outside; AWS has some twenty.
  private static let mostCodes = 64

  private let toldAt = Lock<[String: Int]>([:])
  private let onRefusal: @Sendable (CallRefusal) -> Void

  init(_ onRefusal: @escaping @Sendable (CallRefusal) -> Void) {
    self.onRefusal = onRefusal
  }

  /// - Parameter second: The wall clock; one that was set back is no reason to be silent.
  func tell(_ refusal: CallRefusal, at second: Int) {
    let isDue = toldAt.withLock { toldAt in
      toldAt = toldAt.filter { (0..<Self.interval).contains(second - $0.value) }
      guard toldAt[refusal.code ?? ""] == nil, toldAt.count < Self.mostCodes else { return false }
      toldAt[refusal.code ?? ""] = second
      return true
    }
    if isDue { onRefusal(refusal) }
  }
}
