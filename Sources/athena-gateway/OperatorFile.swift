import EventLoop
import Files
import Logging

/// A file of the operator's that is read again while the gateway runs: keys, policy.
struct OperatorFile: Sendable {
  private let subject: String
  private let path: String
  private let look: @Sendable (_ second: Int) -> FileNews?
  private let reload: @Sendable () -> FileNews

  /// - Parameter subject: What it has, as log lines call it.
  init<Content>(_ file: ReloadedFile<Content>, of subject: String) {
    (self.subject, path) = (subject, file.path)
    look = { file.look(at: $0) }
    reload = { file.reload() }
  }

  /// Takes changes over from now on, on a thread that nobody waits for.
  static func watch(_ files: [OperatorFile], for logger: Logger) throws {
    guard !files.isEmpty else { return }
    try LoopThread.everySecond("files") { second in
      for file in files {
        if let news = file.look(second) { logger.tell(news, of: file.subject, at: file.path) }
      }
    }
  }

  /// Takes a change over at once, and says how it is.
  func reload(for logger: Logger) {
    logger.tell(reload(), of: subject, at: path)
  }
}

extension Logger {
  /// Says what has become of something that callers are judged by.
  ///
  /// - Parameter place: Where it is; a fault names that itself.
  func tell(_ news: FileNews, of subject: String, at place: String) {
    switch news {
    case .changed: notice("\(subject): \(place) has changed, and is in use as it is now")
    case .unchanged: notice("\(subject): \(place) is read again, and says what it said before")
    case .kept(let fault):
      error("\(subject): \(fault); what was known before stays in use")
    case .restored: notice("\(subject): can be had again, and is in use as it is now")
    }
  }
}
