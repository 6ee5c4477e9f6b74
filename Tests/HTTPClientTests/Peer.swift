import Glibc

/// The server's side of one connection, closed with the object.
final class Peer {
  private(set) var descriptor: Int32
  private var unread: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The client's side of one: connects to a port of 127.0.0.1.
  convenience init(connecting port: UInt16) {
    self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    var address = loopback(port: port)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(code == 0, "no connection")
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next request's head, and its body as long as Content-Length says; nil at the end.
  func readRequest() -> (head: String, body: [UInt8])? {
    while true {
      if let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: unread[..<end.upperBound], as: UTF8.self)
        let length = head.split(separator: "\r\n").compactMap { line -> Int? in
          guard line.lowercased().hasPrefix("content-length: ") else { return nil }
          return Int(line.dropFirst("content-length: ".count))
        }
        let total = end.upperBound + (length.first ?? 0)
        while unread.count < total { guard fill() else { return nil } }
        defer { unread.removeFirst(total) }
        return (head, Array(unread[end.upperBound..<total]))
      }
      guard fill() else { return nil }
    }
  }

  /// Waits until the client closes or resets the connection.
  func waitForEnd() {
    while fill() {}
  }

  /// False when the client is gone.
  @discardableResult
  func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  /// Calls `held` whenever the client has taken nothing for so long. False when it is gone.
  @discardableResult
  func write(_ bytes: [UInt8], milliseconds: Int32 = -1, held: () -> Void = {}) -> Bool {
    var sent = 0
    while sent < bytes.count {
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      while poll(&ready, 1, milliseconds) == 0 { held() }
      let count = bytes.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress! + sent, $0.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 || errno == EAGAIN else { return false }
      sent += max(0, count)
    }
    return true
  }

  func limitSendBuffer(to bytes: Int32) {
    var bytes = bytes
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, size)
  }

  /// Closes with a reset in place of an orderly end.
  func reset() {
    var abortively = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<linger>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abortively, size)
    end()
  }

  func end() {
    close(descriptor)
    descriptor = -1
  }

  private func fill() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return false }
    unread.append(contentsOf: bytes[..<count])
    return true
  }
}
