/// Finds the second of two equal names in one object in time linear in the names: a few are
/// compared with each other, more than that are hashed.
struct DistinctNames {
  private static let few = 8
  private var hashed: Set<Name> = []

  /// Whether `name` differs from the names of all `members`, which are those already inserted.
  mutating func insert(_ name: String, following members: [JSONObject.Member]) -> Bool {
    if members.count < Self.few {
      return !members.contains { $0.name.hasSameBytes(as: name) }
    }
    if hashed.isEmpty {
      hashed = Set(members.map { Name(text: $0.name) })
    }
    return hashed.insert(Name(text: name)).inserted
  }

  /// A name with the equality and the hash of its bytes. `String` would hash all canonically
  /// equivalent spellings alike, and a hostile object can have very many of them.
  private struct Name: Hashable {
    let text: String

    static func == (left: Name, right: Name) -> Bool {
      left.text.hasSameBytes(as: right.text)
    }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
      hasher.combine(text.utf8.count)
    }
  }
}
