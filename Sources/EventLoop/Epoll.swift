import CLinux
import Glibc

/// What a descriptor is ready for, as epoll(7) reports it.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
  public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
  /// The peer has closed its sending half.
  public static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
  /// An urgent byte has come (tcp(7)).
  public static let urgent = Readiness(rawValue: EPOLLPRI.rawValue)
  /// An error is pending or both halves are closed; epoll reports these unasked.
  public static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
  /// Report a change once instead of a state always (the edge-triggered mode).
  public static let onChange = Readiness(rawValue: EPOLLET.rawValue)
}

/// An epoll instance, closed with its value.
struct Epoll: ~Copyable {
  struct Event {
    /// What the descriptor was added with.
    let data: UInt64
    let readiness: Readiness
  }

  private let descriptor: FileDescriptor
  private let events: UnsafeMutableBufferPointer<epoll_event>

  init() throws(SystemError) {
    let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard raw >= 0 else { throw SystemError("epoll_create1") }
    descriptor = FileDescriptor(owning: raw)
    events = .allocate(capacity: 256)
    events.initialize(repeating: epoll_event())
  }

  deinit { events.deallocate() }

  func add(_ fd: Int32, interest: Readiness, data: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_ADD, fd, interest, data)
  }

  func modify(_ fd: Int32, interest: Readiness, data: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_MOD, fd, interest, data)
  }

  func remove(_ fd: Int32) throws(SystemError) {
    try control(EPOLL_CTL_DEL, fd, [], 0)
  }

  private func control(
    _ operation: Int32, _ fd: Int32, _ interest: Readiness, _ data: UInt64
  ) throws(SystemError) {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: data))
    guard epoll_ctl(descriptor.rawValue, operation, fd, &event) == 0 else {
      throw SystemError("epoll_ctl")
    }
  }

  /// Waits for events until the timeout (milliseconds, -1 for ever), and returns how many came.
  /// An interrupted wait is an empty one.
  func wait(milliseconds: Int32) -> Int {
    let count = epoll_wait(
      descriptor.rawValue, events.baseAddress, Int32(events.count), milliseconds)
    if count < 0 {
      let error = SystemError("epoll_wait")
      // Nothing else can go wrong while the descriptor is ours; going on would spin.
      precondition(error.code == EINTR, error.description)
      return 0
    }
    return Int(count)
  }

  /// One of the events that the last wait brought.
  func event(at index: Int) -> Event {
    Event(data: events[index].data.u64, readiness: Readiness(rawValue: events[index].events))
  }
}
