import EventLoop
import Synchronization

/// A file of the operator's that may change while the program runs. What it last said that could be used
/// is in use: a slip of the pen locks nobody out.
///
/// Shared by all workers; none of them ever waits for the file.
public final class ReloadedFile<Content: Equatable & Sendable>: Sendable {
  public let path: String
  /// Held for as long as a look takes.
  private let file: Lock<WatchedFile<Content, FileFault>>
  /// Held for a moment.
  private let current: Lock<Content>
  private let changes = Atomic<Int>(0)

  /// Reads the file, and blocks for as long as that takes.
  ///
  /// - Parameters:
  ///   - limit: The bytes that it may have.
  ///   - parse: Throws what is wrong, without the file's name.
  /// - Throws: What is wrong with it, a sentence that names the file.
  public init(
    _ path: String, limit: Int = 1024 * 1024,
    parse: @escaping @Sendable ([UInt8]) throws(FileFault) -> Content
  ) throws(FileFault) {
    self.path = path
    let file = WatchedFile<Content, FileFault>(path, limit: limit) { file in
      switch file {
      case .failure(let failure): .failure(FileFault("\(path) \(failure.reason)"))
      case .success(let file):
        Result { () throws(FileFault) in try parse(file.bytes) }
          .mapError { FileFault("\(path): \($0)") }
      }
    }
    current = Lock(try file.content.get())
    self.file = Lock(file)
  }

  /// What is in use.
  public var content: Content { current.withLock { $0 } }

  /// Grows with each change of ``content``.
  public var edition: Int { changes.load(ordering: .acquiring) }

  /// Takes a change over that has settled. Blocks for as long as the reading takes: never on the loop of
  /// a worker.
  ///
  /// - Parameter second: The wall clock.
  /// - Returns: What there is to tell: each change and each fault once.
  public func look(at second: Int) -> FileNews? {
    file.withLock { $0.look(at: second) ? take($0.content) : nil }
  }

  /// Takes a change over at once, and tells how it is, news or not.
  public func reload() -> FileNews {
    file.withLock { file in
      let isNews = file.reload()
      if !isNews, case .success = file.content { return .unchanged }
      return take(file.content)
    }
  }

  private func take(_ result: Result<Content, FileFault>) -> FileNews {
    switch result {
    case .failure(let fault): return .kept(fault)
    case .success(let content):
      current.withLock { $0 = content }
      changes.add(1, ordering: .releasing)
      return .changed
    }
  }
}
