import Glibc

/// A proxy that does what CONNECT asks for.
final class TunnelProxy: Sendable {
  /// The heads that it has got.
  let seen: Signal<String>
  private let server: RawServer

  init() {
    let seen = Signal<String>()
    server = RawServer { peer in
      guard let head = peer.readRequest()?.head else { return }
      seen.fire(head)
      let port = head.split(separator: " ")[1].split(separator: ":").last.flatMap { UInt16($0) }
      let target = Peer(connecting: port!)
      peer.write("HTTP/1.1 200 Go\r\nX-From-Proxy: yes\r\n\r\n")
      relay(peer, target)
    }
    self.seen = seen
  }

  var url: String { "http://127.0.0.1:\(server.port)" }
}

/// Both ways until one side ends.
///
/// - Parameter passed: What is passed on of bytes that the other has sent.
func relay(_ one: Peer, _ other: Peer, passed: ([UInt8]) -> [UInt8] = { $0 }) {
  while true {
    var polls = [one, other].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    guard poll(&polls, 2, -1) > 0 else { return }
    for (source, target) in [(0, other), (1, one)] where polls[source].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 16 << 10)
      let count = read(polls[source].fd, &bytes, bytes.count)
      guard count > 0 else { return }
      let piece = Array(bytes[..<count])
      guard target.write(source == 0 ? piece : passed(piece)) else { return }
    }
  }
}
