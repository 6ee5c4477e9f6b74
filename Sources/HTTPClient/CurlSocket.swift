import CCurl
import EventLoop

/// A socket of libcurl's and its place in the loop.
///
/// When libcurl loses interest the socket stays watched: most often the next request on the same
/// connection wants the same, and two system calls are saved. An event that nobody wants (the peer has
/// closed an idle connection; a paused stream has more) ends the watch. libcurl itself looks whether a
/// kept connection still lives before it uses it.
final class CurlSocket: EventHandler {
  /// What libcurl wants to hear of; nothing while the connection is idle or its transfer paused.
  var interest: Readiness = [] {
    didSet { mayBeKept = mayBeKept || isOurs && interest.contains(.readable) }
  }
  /// Whether the socket can be of use once libcurl has lost interest. The resolver's can't, nor can one
  /// that was never connected: libcurl closes these itself, without a word to us.
  private(set) var mayBeKept = false

  private let isOurs: Bool
  private let descriptor: Int32
  private let loop: EventLoop
  private let onEvent: (Int32, Int32) -> Void
  private var registration: Registration?
  /// What epoll reports while there is a registration.
  private var watched: Readiness = []
  private var isOpen = true

  init(
    _ descriptor: Int32, isOurs: Bool, loop: EventLoop,
    onEvent: @escaping (Int32, Int32) -> Void
  ) {
    self.descriptor = descriptor
    self.isOurs = isOurs
    self.loop = loop
    self.onEvent = onEvent
  }

  /// Makes epoll report what libcurl wants. It fails for want of kernel memory alone; the transfer
  /// ends at its deadline then.
  func apply() {
    guard isOpen, !interest.isEmpty else { return }
    if registration == nil {
      registration = try? loop.register(descriptor, interest, handler: self)
    } else if watched != interest {
      try? registration?.setInterest(interest)
    }
    watched = interest
  }

  /// Ends the watch of a descriptor that stays open.
  func stopWatching() {
    try? registration.take()?.remove()
  }

  /// The descriptor is about to be closed, and its number about to be another's.
  func end() {
    isOpen = false
    registration = nil
  }

  func handle(_ readiness: Readiness) {
    guard !interest.isEmpty else { return stopWatching() }
    var events: Int32 = 0
    if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
    if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
    if !readiness.isDisjoint(with: .failed) { events |= CURL_CSELECT_ERR }
    onEvent(descriptor, events)
  }
}
