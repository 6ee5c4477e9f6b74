import EventLoop
import Files
import Logging

/// A file of the operator's that is read again while the gateway runs: keys, policy.
struct OperatorFile: Sendable {
  private let subject: String
  private let look: @Sendable (_ second: Int) -> FileNews?
  private let reload: @Sendable () -> FileNews?

  /// - Parameter subject: What it has, as log lines call it.
  init<Content>(_ file: ReloadedFile<Content>, of subject: String) {
    self.subject = "\(subject), \(file.path)"
    look = { file.look(at: $0) }
    reload = { file.reload() }
  }

  /// Takes changes over from now on, on a thread that nobody waits for.
  static func watch(_ files: [OperatorFile], for logger: Logger) throws {
    guard !files.isEmpty else { return }
    try LoopThread.everySecond("files") { second in
      for file in files { logger.tell(file.look(second), of: file.subject) }
    }
  }

  /// Takes a change over at once.
  func reload(for logger: Logger) {
    logger.tell(reload(), of: subject)
  }
}

extension Logger {
  /// Says what has become of something that callers are judged by.
  func tell(_ news: FileNews?, of subject: String) {
    switch news {
    case nil: break
    case .changed: notice("\(subject): has changed, and is in use as it is now")
    case .kept(let fault):
      error("\(subject): \(fault); what was known before stays in use")
    case .missing(let fault):
      error("\(subject): \(fault); there is nothing to use yet")
    case .restored: notice("\(subject): can be had again, and is in use as it is now")
    }
  }
}
