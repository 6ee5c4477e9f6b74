/// A moment by which something must have happened; its action runs on the loop if it has not been
/// disarmed by then. Ends with its value.
public struct Deadline: ~Copyable {
  private let loop: EventLoop
  private let id: DeadlineQueue.ID

  init(loop: EventLoop, id: DeadlineQueue.ID) {
    self.loop = loop
    self.id = id
  }

  deinit { loop.remove(id) }

  /// Sets the moment, counted from the beginning of the loop's tick; an earlier setting is replaced.
  public func arm(after duration: Duration) {
    arm(at: loop.now + duration)
  }

  public func arm(at instant: Instant) {
    loop.arm(id, at: instant)
  }

  public func disarm() {
    loop.disarm(id)
  }
}
