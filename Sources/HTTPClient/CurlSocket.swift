import CCurl
import EventLoop

/// A socket of a connection that libcurl is making, and its place in the loop.
final class CurlSocket: EventHandler {
  /// What libcurl wants to hear of.
  var interest: Readiness = []

  private let descriptor: Int32
  private let loop: EventLoop
  private let onEvent: (Int32, Int32) -> Void
  private var registration: Registration?
  /// What epoll reports while there is a registration.
  private var watched: Readiness = []
  private var isOver = false

  init(_ descriptor: Int32, loop: EventLoop, onEvent: @escaping (Int32, Int32) -> Void) {
    self.descriptor = descriptor
    self.loop = loop
    self.onEvent = onEvent
  }

  /// Makes epoll report what libcurl wants. It fails for want of kernel memory alone; the connect deadline
  /// passes then.
  func apply() {
    guard !isOver else { return }
    if registration == nil {
      registration = try? loop.register(descriptor, interest, handler: self)
    } else if watched != interest {
      try? registration?.setInterest(interest)
    }
    watched = interest
  }

  /// Ends the watch of a descriptor that stays open.
  func stopWatching() {
    isOver = true
    try? registration.take()?.remove()
  }

  /// The descriptor is about to be closed, and its number about to be another's.
  func end() {
    isOver = true
    registration = nil
  }

  func handle(_ readiness: Readiness) {
    var events: Int32 = 0
    if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
    if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
    if !readiness.isDisjoint(with: .failed) { events |= CURL_CSELECT_ERR }
    onEvent(descriptor, events)
  }
}
