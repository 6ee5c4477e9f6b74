import EventLoop

/// The lookups of names that are under way, and the connections that wait for them.
///
/// A name is looked up once, however many want it, and so many names at a time: while the name servers
/// are silent, a lookup holds a thread for longer than anybody waits. It goes on then, for those who come
/// after.
final class Lookups {
  typealias Begin = (String, @escaping @Sendable (NameLookup.Answer) -> Void) -> Void
  typealias OnAnswer = ([Connection], NameLookup.Answer) -> Void

  /// How many there are at once.
  static let limit = 16

  private let loop: EventLoop
  private let begin: Begin
  /// Called on the loop with those who still wait.
  var onAnswer: OnAnswer = { _, _ in }
  private var waiting: [String: [Connection]] = [:]
  private var underWay: Set<String> = []
  /// The names that are not being looked up yet; somebody waits for each.
  private var queue: [String] = []

  init(loop: EventLoop, begin: @escaping Begin = NameLookup.begin) {
    self.loop = loop
    self.begin = begin
  }

  /// Has a connection wait for the addresses of a name.
  func add(_ connection: Connection, for name: String) {
    waiting[name, default: []].append(connection)
    guard !underWay.contains(name), !queue.contains(name) else { return }
    queue.append(name)
    beginNext()
  }

  /// Has it wait no longer.
  func remove(_ connection: Connection, for name: String) {
    waiting[name]?.removeAll { $0 === connection }
    guard waiting[name]?.isEmpty == true else { return }
    waiting[name] = nil
    queue.removeAll { $0 == name }
  }

  private func beginNext() {
    guard underWay.count < Self.limit, !queue.isEmpty else { return }
    let name = queue.removeFirst()
    underWay.insert(name)
    // The thread holds the loop, which may have been stopped by the time that it is done.
    let (loop, begin) = (loop, begin)
    loop.spawn { [weak self] in
      let answer = await withCheckedContinuation { continuation in
        begin(name) { answer in
          continuation.resume(returning: answer)
          withExtendedLifetime(loop) {}
        }
      }
      self?.end(name, answer)
    }
  }

  private func end(_ name: String, _ answer: NameLookup.Answer) {
    underWay.remove(name)
    beginNext()
    if let connections = waiting.removeValue(forKey: name) { onAnswer(connections, answer) }
  }
}
