import EventLoop
import HTTPMessage

/// The time that a request may wait, and what ends that before.
final class Wait {
  enum End {
    case timeout
    case drain
    case callerLeft
  }

  /// What has ended it; nil while it goes on.
  private(set) var end: End?
  private var deadline: Deadline?
  private var action: (() -> Void)?
  private var isDrained = false
  private var drainAction: (() -> Void)?

  /// Begins it.
  ///
  /// - Parameter minding: Whether the end of the caller's sending half ends it. A caller that is gone for
  ///   good has its task cancelled in any case.
  init(
    of duration: Duration, for request: Request, on loop: EventLoop,
    mindingEndOfInput minding: Bool = false
  ) {
    deadline = loop.makeDeadline { [unowned self] in finish(.timeout) }
    deadline?.arm(after: duration)
    request.waiting?.wait(atMost: duration, mindingEndOfInput: minding) { [weak self] in
      switch $0 {
      case .drain: self?.drain()
      case .callerLeft: self?.finish(.callerLeft)
      }
    }
  }

  /// Has the end call `action`, in the place of an earlier one; at once where it has come already.
  func onEnd(_ action: @escaping () -> Void) {
    guard end == nil else { return action() }
    self.action = action
  }

  /// Has a drain call `action`, even one after the end; at once where it has come already.
  func onDrain(_ action: @escaping () -> Void) {
    guard !isDrained else { return action() }
    drainAction = action
  }

  private func drain() {
    isDrained = true
    let action = drainAction
    drainAction = nil
    finish(.drain)
    action?()
  }

  func finish(_ end: End) {
    guard self.end == nil else { return }
    self.end = end
    deadline = nil
    let action = action
    self.action = nil
    action?()
  }
}
