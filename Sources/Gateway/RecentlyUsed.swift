/// Remembers what was put in or asked for last.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// What was put in or asked for since the older half was full.
  private var newer: [Key: Value] = [:]
  private var older: [Key: Value] = [:]
  private let capacity: Int

  /// - Parameter capacity: How many things are remembered at least, once there are so many; twice as many
  ///   are at most.
  init(capacity: Int) {
    self.capacity = capacity
  }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = newer[key] { return value }
      guard let value = older[key] else { return nil }
      remember(key, value)
      return value
    }
  }

  mutating func remember(_ key: Key, _ value: Value) {
    newer[key] = value
    guard newer.count >= capacity else { return }
    older = newer
    newer = [:]
  }
}
