import CCurl
import EventLoop
import Glibc

/// The sockets with which one multi handle makes its connections, opened, watched and closed at libcurl's
/// word. The table outlives the multi handle.
final class SocketTable {
  /// Called with a socket and libcurl's bits for what has happened to it.
  var onEvent: (Int32, Int32) -> Void = { _, _ in }

  private let loop: EventLoop
  private var sockets: [Int32: CurlSocket] = [:]
  /// Those whose interest has changed; within one call libcurl often changes it back and forth.
  private var changed: [CurlSocket] = []

  init(loop: EventLoop) {
    self.loop = loop
  }

  private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// Has the easy handle's sockets closed here; it has them opened here itself.
  func own(_ easy: UnsafeMutableRawPointer) -> CURLcode {
    ccurl_set_socket_closer(easy, Self.closeSocket, context)
  }

  /// Is told from now on which sockets the multi handle wants watched.
  func watch(_ multi: UnsafeMutableRawPointer) -> CURLMcode {
    ccurl_multi_set_watcher(multi, Self.noteInterest, context)
  }

  /// Tells epoll what libcurl wants, after libcurl has returned.
  func applyChanges() {
    guard !changed.isEmpty else { return }
    for socket in changed { socket.apply() }
    changed.removeAll(keepingCapacity: true)
  }

  private func setInterest(_ interest: Readiness, of descriptor: Int32) {
    guard !interest.isEmpty else {
      sockets.removeValue(forKey: descriptor)?.stopWatching()
      return
    }
    let socket = sockets[descriptor] ?? add(descriptor)
    socket.interest = interest
    changed.append(socket)
  }

  private func add(_ descriptor: Int32) -> CurlSocket {
    let socket = CurlSocket(descriptor, loop: loop) { [unowned self] in onEvent($0, $1) }
    sockets[descriptor] = socket
    return socket
  }

  /// Opens a socket for one of libcurl's connections: one that the programs which are started don't inherit.
  func open(for address: curl_sockaddr) -> Int32 {
    let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.family, address.socktype | flags, address.protocol)
    return descriptor >= 0 ? descriptor : CURL_SOCKET_BAD
  }

  // MARK: Callbacks

  private static func of(_ context: UnsafeMutableRawPointer) -> SocketTable {
    Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue()
  }

  private static let noteInterest: curl_socket_callback = { _, descriptor, what, context, _ in
    guard let context else { return -1 }
    let interest: Readiness =
      switch what {
      case CURL_POLL_IN: .readable
      case CURL_POLL_OUT: .writable
      case CURL_POLL_INOUT: [.readable, .writable]
      default: []
      }
    of(context).setInterest(interest, of: descriptor)
    return 0
  }

  private static let closeSocket: curl_closesocket_callback = { context, descriptor in
    if let context { of(context).sockets.removeValue(forKey: descriptor)?.end() }
    return close(descriptor)
  }
}
